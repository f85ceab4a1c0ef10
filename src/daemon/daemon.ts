import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Context } from '../core/context.ts';
import { createEngine } from '../core/create-engine.ts';
import { JanusError } from '../core/errors.ts';
import { followExits } from '../core/exits.ts';
import type { ContainerRecord } from '../core/model/container.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { RecordStore } from '../core/ports/record-store.ts';
import { recover } from '../core/recovery.ts';
import { startSweeping } from '../core/sweep.ts';
import { createCniNetwork } from '../network/cni.ts';
import { noNetwork } from '../network/none.ts';
import { readHierarchy } from '../runtime/cgroups/hierarchy.ts';
import { removeIfEmpty } from '../runtime/cgroups/take-down.ts';
import { grpcServer } from '../server/grpc-server.ts';
import { createFront } from '../server/http2-front/front.ts';
import { groupId, listenOn } from '../server/sockets.ts';
import { containerCodec } from '../state/container-codec.ts';
import { createRecordStore } from '../state/record-store.ts';
import { sandboxCodec } from '../state/sandbox-codec.ts';
import { loadAdapters } from './adapters.ts';
import { readBuild, versionsOf } from './build.ts';
import { createClosers } from './closers.ts';
import { createContext } from './context.ts';
import { createFailpoints } from './failpoints.ts';
import { createInstruments } from './instruments.ts';
import { lockDaemon } from './lock.ts';
import { createServices } from './services.ts';
import { createStreaming, urlsOf } from './streaming.ts';
import { openTracing } from './tracing.ts';

export interface Daemon {
  /** Stops serving. Pods and their containers run on. */
  close(): Promise<void>;
}

/** Calls under way at the end have so long to finish. */
const GRACE_MS = 5000;

const makeDirectories = async ({ graph, state }: Config): Promise<void> => {
  // The root of a pod's user namespace passes through these to its own files, by paths that it is given; nobody else may list them.
  for (const path of [graph, join(graph, 'layers'), state, join(state, 'sandboxes'), join(state, 'containers')]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o711);
  }
  for (const path of [join(graph, 'sandboxes'), join(graph, 'containers')])
    await mkdir(path, { recursive: true, mode: 0o700 });
};

const createNetwork = async ({ network, graph }: Config, logger: Logger) =>
  network.plugin === 'none'
    ? { ...noNetwork(), close: () => undefined }
    : createCniNetwork({
        confDir: network.confDir,
        binDirs: network.binDirs,
        cacheDir: join(graph, 'networks'),
        logger,
      });

const load = async <T extends SandboxRecord | ContainerRecord>(
  store: RecordStore<T>,
  logger: Logger,
): Promise<readonly T[]> => {
  const { records, unreadable } = await store.load();
  for (const { id, reason } of unreadable) logger.error('a record cannot be read and is set aside', { id, reason });
  return records;
};

/** The first records did not say where the cgroups are of a pod that asked for no parent: where the setting has them. */
const placed = (sandbox: SandboxRecord, { cgroupParent }: Config): SandboxRecord =>
  sandbox.cgroupParent === '' ? { ...sandbox, cgroupParent: sandbox.config.cgroupParent || cgroupParent } : sandbox;

/** From the configuration to a serving daemon, from the bottom to the top; closed in reverse order. */
export const startDaemon = async (loaded: LoadedConfig, logger: Logger): Promise<Daemon> => {
  const { config } = loaded;
  const closers = createClosers();
  const close = (): Promise<void> => closers.closeAll(logger);
  try {
    const build = readBuild();
    const gid = groupId(config.group);
    const adapters = await loadAdapters(config.enableCriV1);

    await makeDirectories(config);
    const lock = lockDaemon(config);
    closers.add('lock', () => lock[Symbol.dispose]());

    // Without pods nothing of ours stays on the host; systemd looks after its own slices.
    if (!config.systemdCgroup) closers.add('cgroups', () => removeIfEmpty(readHierarchy(), config.cgroupParent));

    const network = await createNetwork(config, logger);
    closers.add('network', () => network.close());
    const instruments = await createInstruments(config.metrics);
    const tracing = await openTracing(config.tracing, { logger, version: build.version });
    closers.add('tracing', tracing.close);
    let context: Context | undefined;
    const streaming = createStreaming(config.streaming, logger, () => {
      if (context === undefined) throw new JanusError('unavailable', 'the daemon is starting');
      return context;
    });
    const sandboxStore = createRecordStore({ directory: join(config.graph, 'sandboxes'), codec: sandboxCodec });
    const containerStore = createRecordStore({ directory: join(config.graph, 'containers'), codec: containerCodec });
    const ctx = await createContext({
      config,
      logger,
      network,
      streams: urlsOf(streaming),
      meter: instruments.meter,
      tracer: tracing.verbs,
      sandboxStore,
      containerStore,
      failpoints: createFailpoints(process.env['JANUS_FAILPOINTS'], logger),
    });
    context = ctx;

    ctx.sandboxes.adopt((await load(sandboxStore, logger)).map((sandbox) => placed(sandbox, config)));
    ctx.containers.adopt(await load(containerStore, logger));
    const { failures, ...counts } = await recover(ctx);
    for (const failure of failures) logger.error('not recovered', { failure });
    logger.info('recovered', counts);
    const exits = followExits(ctx);
    closers.add('exits', () => exits[Symbol.dispose]());
    const sweeping = startSweeping(ctx);
    closers.add('sweeping', () => sweeping[Symbol.dispose]());

    await streaming.listen();
    closers.add('streaming', () => streaming.close());
    const engine = createEngine(ctx, { version: build.version, versions: versionsOf(build), config });
    closers.add('metrics', await instruments.serve(ctx, { logger, version: build.version }));
    const records = { sandbox: ctx.sandboxes.get, container: ctx.containers.get };
    const services = createServices({ engine, records, adapters, loaded, instruments, tracing, logger });
    const server = grpcServer(services.all);
    closers.add('server', () => server.close({ graceMs: GRACE_MS }));
    closers.add('health', services.stop);
    for (const path of config.sockets) {
      const front = createFront({
        inject: server.inject,
        onError: (error) => logger.warn('connection refused', { error: error.message }),
      });
      await listenOn(front.server, { path, gid });
      closers.add(path, () => void front.close());
    }
    logger.info('serving', {
      version: build.version,
      sockets: config.sockets,
      apis: adapters.map(({ version }) => version),
    });
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
};
