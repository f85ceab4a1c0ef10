import { tool } from '../../support/paths.ts';

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests with npm run test:kubelet`);
  return value;
};

/** A released kubelet of the tools' directory. */
export interface Release {
  /** As in the name of its program: `1.25`. */
  readonly version: string;
  readonly minor: number;
  readonly program: string;
}

export const releaseOf = (version: string): Release => {
  const program = tool(`kubelet-${version}`);
  if (program === undefined) throw new Error(`kubelet-${version} is not there; scripts/test-tools.sh builds it`);
  return { version, program, minor: Number(version.split('.')[1]) };
};

export type Api = 'v1alpha2' | 'v1';

/** What `npm run test:kubelet` was asked for. */
export const asked = (): { readonly release: Release; readonly api: Api } => ({
  release: releaseOf(required('JANUS_KUBELET_VERSION')),
  api: required('JANUS_KUBELET_API') as Api,
});
