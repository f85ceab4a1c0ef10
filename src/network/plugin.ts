import { JanusError } from '../core/errors.ts';
import { type Finished, run } from '../host/process.ts';
import { findPlugin } from './find-plugin.ts';
import { pluginFailure } from './plugin-failure.ts';

export type CniVerb = 'ADD' | 'DEL';

export interface PluginCall {
  readonly verb: CniVerb;
  /** Name of the network, for messages. */
  readonly network: string;
  readonly type: string;
  readonly containerId: string;
  /** Path of the namespace; empty: it is gone (DEL only). */
  readonly netns: string;
  readonly interfaceName: string;
  /** CNI_ARGS. */
  readonly args: string;
  readonly config: object;
}

export interface PluginHost {
  readonly binDirs: readonly string[];
  /** For one plugin to do one verb. */
  readonly timeoutMs: number;
}

const MAX_OUTPUT = 1024 * 1024;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** CNI specification, section 2. Nothing of the daemon's own environment. */
const environment = (call: PluginCall, binDirs: readonly string[]): Record<string, string> => ({
  CNI_COMMAND: call.verb,
  CNI_CONTAINERID: call.containerId,
  CNI_NETNS: call.netns,
  CNI_IFNAME: call.interfaceName,
  CNI_ARGS: call.args,
  CNI_PATH: binDirs.join(':'),
  PATH,
});

/** Prefix of all messages about a call. */
export const describe = ({ network, type, verb }: PluginCall): string =>
  `CNI network ${JSON.stringify(network)}: plugin ${JSON.stringify(type)}: ${verb}`;

/** An abort by the caller keeps its reason; the deadline is an error of its own. */
const runInTime = async (
  path: string,
  call: PluginCall,
  host: PluginHost & { signal: AbortSignal },
): Promise<Finished> => {
  const deadline = AbortSignal.timeout(host.timeoutMs);
  try {
    return await run(
      { path, args: [], env: environment(call, host.binDirs), cwd: '/', stdin: JSON.stringify(call.config) },
      { signal: AbortSignal.any([host.signal, deadline]), maxOutput: MAX_OUTPUT },
    );
  } catch (error) {
    if (!deadline.aborted || host.signal.aborted) throw error;
    throw new JanusError(
      'deadline-exceeded',
      `${describe(call)} did not end within ${host.timeoutMs / 1000} s and was killed`,
    );
  }
};

/**
 * Runs one plugin and gives what it printed. A plugin that is missing: "failed-precondition"; too slow:
 * "deadline-exceeded"; asks to be tried later (error code 11): "unavailable"; any other failure: "internal".
 */
export const callPlugin = async (call: PluginCall, host: PluginHost & { signal: AbortSignal }): Promise<string> => {
  const path = findPlugin(call.type, host.binDirs);
  const finished = await runInTime(path, call, host);
  if (finished.exitCode !== 0) throw pluginFailure(describe(call), finished);
  if (finished.stdout.length >= MAX_OUTPUT) throw new JanusError('internal', `${describe(call)} printed 1 MiB or more`);
  return finished.stdout.toString('utf8');
};
