import { messageOf } from '../../core/errors.ts';
import { error, type Finding, ok } from './finding.ts';

const DEADLINE_MS = 10_000;

const ask = async (registry: string): Promise<Finding> => {
  const url = `${/^https?:\/\//.test(registry) ? registry : `https://${registry}`}/v2/`;
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS), redirect: 'manual' });
    // 401 asks for credentials, which come with each pull.
    if (status === 200 || status === 401) return ok('registry', `${registry} answers`);
    return error('registry', `${url} answers ${status}`, 'see whether the name is right and a proxy is in between');
  } catch (failure) {
    const cause = failure instanceof Error && failure.cause !== undefined ? `: ${messageOf(failure.cause)}` : '';
    return error(
      'registry',
      `${registry}: ${messageOf(failure)}${cause}`,
      'see to the name, the route, the proxy and the certificate',
    );
  }
};

/** Whether registries can be reached. They are asked for nothing that needs credentials. */
export const checkRegistries = (registries: readonly string[]): Promise<readonly Finding[]> =>
  Promise.all(registries.map(ask));
