import type { Engine } from '../../core/engine.ts';
import type { ContainerRecord } from '../../core/model/container.ts';
import type { SandboxId } from '../../core/model/ids.ts';
import type { Watch } from '../shared/instrument.ts';
import { jsonText } from '../shared/outbound/info.ts';
import { implement } from '../shared/serve.ts';
import type { GrpcService, Handlers } from '../shared/service.ts';
import type { ClientCount } from './clients.ts';
import { NodeService, type StatusResponse } from './generated/node.ts';
import { operation, pod, podUsage } from './outbound.ts';

/** One key of the configuration, its value, and where that came from. */
export interface SettingFact {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

/** What the daemon knows of itself, beside its engine. */
export interface DaemonFacts {
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  readonly criVersions: readonly string[];
  readonly settings: readonly SettingFact[];
  clients(): readonly ClientCount[];
  processes(): number;
}

const listedPods = (engine: Engine) => {
  const ofPods = new Map<SandboxId, ContainerRecord[]>();
  for (const container of engine.listContainers({}))
    ofPods.set(container.sandboxId, [...(ofPods.get(container.sandboxId) ?? []), container]);
  return engine.listPodSandboxes({}).map((sandbox) => pod(sandbox, ofPods.get(sandbox.id) ?? []));
};

const statusOf = async (engine: Engine, facts: DaemonFacts): Promise<StatusResponse> => {
  const [{ network, handlers, cgroupDriver }, activity] = await Promise.all([engine.status(), engine.activity()]);
  return {
    version: engine.version,
    pid: process.pid,
    startedAt: BigInt(facts.startedAt),
    criVersions: [...facts.criVersions],
    clients: facts.clients().map(({ calls, failures, lastCallAt, ...client }) => ({
      ...client,
      calls: BigInt(calls),
      failures: BigInt(failures),
      lastCallAt: BigInt(lastCallAt),
    })),
    pods: listedPods(engine),
    operations: activity.operations.map((each) => operation(each, Date.now())),
    pulls: activity.pulls.map((pull) => ({ ...pull, bytes: BigInt(pull.bytes) })),
    eventSubscribers: activity.eventSubscribers,
    streamSessions: activity.streamSessions,
    processes: facts.processes(),
    networkReady: network.ready,
    networkMessage: network.ready ? '' : network.message,
    runtimeHandlers: handlers.map(({ name }) => name),
    cgroupDriver,
    residentBytes: BigInt(process.memoryUsage.rss()),
  };
};

/** Janus' own API, janus.v1.Node, for operators. CRI's adapters do not know of it. */
export const createNodeService = (engine: Engine, facts: DaemonFacts, watch: Watch): GrpcService => {
  const handlers: Handlers<NodeService> = {
    status: () => statusOf(engine, facts),
    usage: async (_request, call) => ({ pods: (await engine.listPodSandboxStats({}, call)).flatMap(podUsage) }),
    config: async () => ({
      settings: facts.settings.map(({ key, value, source }) => ({ key, value: jsonText(value), source })),
    }),
  };
  return {
    definition: NodeService,
    implementation: implement(NodeService, handlers, { version: 'janus.v1', watch }),
  };
};
