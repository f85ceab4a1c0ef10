/** Every metric that the daemon gives of itself, but for those of Node.js. docs/reference/metrics.md holds the same. */

export interface Definition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** The first four have the names and labels that gRPC servers in Go have, containerd's among them. */
const RPC = ['grpc_type', 'grpc_service', 'grpc_method'] as const;

export const definitions = {
  rpcHandled: {
    kind: 'counter',
    name: 'grpc_server_handled_total',
    help: 'RPCs answered, by status code; grpc_service holds the version of CRI.',
    labels: [...RPC, 'grpc_code'],
  },
  rpcSeconds: {
    kind: 'histogram',
    name: 'grpc_server_handling_seconds',
    help: 'How long RPCs took to answer.',
    labels: RPC,
  },
  operations: {
    kind: 'counter',
    name: 'janus_operations_total',
    help: 'Verbs that have ended.',
    labels: ['operation', 'outcome'],
  },
  operationSeconds: {
    kind: 'histogram',
    name: 'janus_operations_latency_seconds',
    help: 'How long verbs took, from the first effect to the last.',
    labels: ['operation'],
  },
  stageSeconds: {
    kind: 'histogram',
    name: 'janus_operations_stage_seconds',
    help: 'How long each stage of a verb took.',
    labels: ['operation', 'stage'],
  },
  operationsUnderWay: {
    kind: 'gauge',
    name: 'janus_operations_under_way',
    help: 'Verbs under way.',
    labels: ['operation'],
  },
  pods: { kind: 'gauge', name: 'janus_pods', help: 'Pods that exist.', labels: ['state'] },
  containers: { kind: 'gauge', name: 'janus_containers', help: 'Containers that exist.', labels: ['state'] },
  outOfMemory: {
    kind: 'counter',
    name: 'janus_containers_oom_count_total',
    help: 'Containers that the kernel ended because they were out of memory.',
    labels: [],
  },
  pulls: { kind: 'counter', name: 'janus_image_pulls_total', help: 'Pulls that have ended.', labels: ['outcome'] },
  pullBytes: {
    kind: 'counter',
    name: 'janus_image_pulls_bytes_total',
    help: 'Size on disk of the images that were pulled.',
    labels: [],
  },
  pullSeconds: {
    kind: 'histogram',
    name: 'janus_image_pulls_seconds',
    help: 'How long pulls took.',
    labels: ['outcome'],
  },
  pullsUnderWay: { kind: 'gauge', name: 'janus_image_pulls_under_way', help: 'Pulls under way.', labels: [] },
  events: {
    kind: 'counter',
    name: 'janus_events_total',
    help: 'What happened to pods and containers, whether or not anybody listened.',
    labels: ['kind'],
  },
  eventSubscribers: {
    kind: 'gauge',
    name: 'janus_event_subscribers',
    help: 'Streams of GetContainerEvents.',
    labels: [],
  },
  streamSessions: {
    kind: 'gauge',
    name: 'janus_stream_sessions',
    help: 'Sessions of exec, attach and port-forward.',
    labels: [],
  },
  processes: { kind: 'gauge', name: 'janus_processes', help: 'Processes that the daemon waits for.', labels: [] },
  buildInfo: { kind: 'gauge', name: 'janus_build_info', help: 'Always 1.', labels: ['version'] },
} as const satisfies Readonly<Record<string, Definition>>;

export type Definitions = typeof definitions;

type NamesOf<Kind extends Definition['kind']> = {
  [Name in keyof Definitions]: Definitions[Name]['kind'] extends Kind ? Name : never;
}[keyof Definitions];
export type CounterName = NamesOf<'counter'>;
export type HistogramName = NamesOf<'histogram'>;
export type GaugeName = NamesOf<'gauge'>;

/** A value for each label of a metric, and for no other. */
export type LabelsOf<Name extends keyof Definitions> = Readonly<Record<Definitions[Name]['labels'][number], string>>;
