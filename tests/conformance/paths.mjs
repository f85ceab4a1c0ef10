import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const tools = process.env.JANUS_TOOLS || join(repository, '.tools');
export const testbedScripts = join(repository, 'tests', 'conformance', 'testbed');
export const testbedDir = process.env.TESTBED_DIR || join(repository, '.cache', 'testbed');
export const registriesConf = join(testbedScripts, 'registries.conf');

/** Logs and reports of a suite; they stay after the run. */
export const resultsOf = (suite) => join(repository, '.cache', 'conformance', `${suite.release}-${suite.api}`);
