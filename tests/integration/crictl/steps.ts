import { expect } from 'vitest';
import { type Bed, IMAGE } from '../../support/bed.ts';
import { logged } from '../../support/logged.ts';
import { type Crictl, writeConfigs } from './crictl.ts';

/** What one run of the steps goes through. */
export interface Run {
  readonly crictl: Crictl;
  readonly bed: Bed;
  /** Of the pod. */
  readonly name: string;
  /** RuntimeApiVersion that this release has to find. */
  readonly api: 'v1' | 'v1alpha2';
  pod: string;
  container: string;
}

type Step = (run: Run) => void | Promise<void>;

const ID = /^[0-9a-f]{64}$/;
const FOUND = (...entries: readonly object[]) => entries.map((entry) => expect.objectContaining(entry));

const files = ({ bed, name }: Run) => writeConfigs(bed, name);

const podsOf = ({ crictl, name }: Run): unknown => crictl.json('pods', '--label', `app=${name}`, '-o', 'json');
const containersOf = ({ crictl, pod }: Run): unknown => crictl.json('ps', '-a', '--pod', pod, '-o', 'json');

/** One step for each command of crictl, in this order; each asserts on what the command says. */
export const steps: Readonly<Record<string, Step>> = {
  version: ({ crictl, api }) => {
    const lines = crictl.run('version').split('\n');
    const said = Object.fromEntries(lines.map((line) => line.split(/:\s+/) as [string, string]));
    expect(said).toMatchObject({ Version: '0.1.0', RuntimeName: 'janus', RuntimeApiVersion: api });
  },

  info: ({ crictl }) => {
    const { status } = crictl.json('info') as { status: { conditions: readonly object[] } };
    expect(status.conditions).toEqual(
      FOUND({ type: 'RuntimeReady', status: true }, { type: 'NetworkReady', status: true }),
    );
  },

  images: ({ crictl }) => {
    const { images } = crictl.json('images', '-o', 'json') as { images: readonly object[] };
    expect(images).toEqual(FOUND({ id: expect.stringMatching(/^sha256:/), repoTags: [IMAGE] }));
  },

  runp: (run) => {
    run.pod = run.crictl.run('runp', files(run).pod);
    expect(run.pod).toMatch(ID);
  },

  create: (run) => {
    const { pod, container } = files(run);
    run.container = run.crictl.run('create', run.pod, container, pod);
    expect(run.container).toMatch(ID);
    expect(containersOf(run)).toEqual({ containers: FOUND({ id: run.container, state: 'CONTAINER_CREATED' }) });
  },

  start: ({ crictl, container }) => {
    expect(crictl.run('start', container)).toBe(container);
  },

  ps: (run) => {
    const { crictl, pod, container } = run;
    const expected = { id: container, podSandboxId: pod, state: 'CONTAINER_RUNNING', labels: { role: 'main' } };
    expect(containersOf(run)).toEqual({ containers: FOUND({ ...expected, metadata: { name: 'main', attempt: 2 } }) });
    expect(crictl.run('ps', '-q', '--no-trunc', '--state', 'running', '--pod', pod)).toBe(container);
  },

  pods: (run) => {
    const { crictl, name, pod } = run;
    const expected = { id: pod, state: 'SANDBOX_READY', labels: { app: name }, annotations: { note: 'ä' } };
    const metadata = { name, uid: `uid-${name}`, namespace: 'default', attempt: 1 };
    expect(podsOf(run)).toEqual({ items: FOUND({ ...expected, metadata }) });
    expect(crictl.run('pods')).toMatch(new RegExp(`^${pod.slice(0, 13)} .* Ready +${name} `, 'm'));
  },

  inspectp: ({ crictl, pod }) => {
    const { status, info } = crictl.json('inspectp', pod) as { status: { network: { ip: string } }; info: object };
    expect(status).toMatchObject({ id: pod, state: 'SANDBOX_READY' });
    expect(status.network.ip).toMatch(/^10\.88\.\d+\.\d+$/);
    expect(info).toMatchObject({ pid: expect.any(Number), runtimeType: 'runc' });
  },

  inspect: ({ crictl, bed, name, container }) => {
    const { status, info } = crictl.json('inspect', container) as { status: object; info: object };
    const logPath = `${bed.logs}/${name}/main.log`;
    expect(status).toMatchObject({
      id: container,
      state: 'CONTAINER_RUNNING',
      logPath,
      image: { image: 'janus-test' },
    });
    expect(info).toMatchObject({ runtimeSpec: { process: { env: expect.arrayContaining(['WHO=crictl']) } } });
  },

  'exec -s': ({ crictl, container }) => {
    expect(crictl.run('exec', '-s', container, 'sh', '-c', 'echo $((6 * 7))')).toBe('42');
    // 1.23 ends with the command's exit code, later ones name it.
    const { status, stderr } = crictl.try('exec', '-s', container, 'sh', '-c', 'exit 37');
    expect(status).not.toBe(0);
    expect(`${status} ${stderr}`).toMatch(/\b37\b/);
  },

  logs: async ({ crictl, bed, name, container }) => {
    const path = `${bed.logs}/${name}/main.log`;
    await logged(path, 'hello');
    expect(crictl.run('logs', container)).toBe('hello crictl');
  },

  stop: (run) => {
    expect(run.crictl.run('stop', '--timeout', '20', run.container)).toBe(run.container);
    const { status } = run.crictl.json('inspect', run.container) as { status: object };
    expect(status).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 0, reason: 'Completed' });
  },

  rm: (run) => {
    expect(run.crictl.run('rm', run.container)).toBe(run.container);
    expect(containersOf(run)).toEqual({ containers: [] });
  },

  stopp: (run) => {
    expect(run.crictl.run('stopp', run.pod)).toContain(run.pod);
    expect(podsOf(run)).toEqual({ items: FOUND({ id: run.pod, state: 'SANDBOX_NOTREADY' }) });
  },

  rmp: (run) => {
    expect(run.crictl.run('rmp', run.pod)).toContain(run.pod);
    expect(podsOf(run)).toEqual({ items: [] });
  },
};
