import { createCadvisorServices, type Records } from '../adapters/cadvisor/index.ts';
import { createHealth } from '../adapters/grpc/health.ts';
import { createReflection, serviceNames } from '../adapters/grpc/reflection.ts';
import { createNodeService, type SettingFact } from '../adapters/node/index.ts';
import type { Watch } from '../adapters/shared/instrument.ts';
import type { CriAdapter, GrpcService } from '../adapters/shared/service.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { SettingKey } from '../config/settings.ts';
import type { Engine } from '../core/engine.ts';
import type { Logger } from '../core/ports/logger.ts';
import { runningChildren } from '../host/children.ts';
import { readProtoFiles } from './build.ts';
import type { Instruments } from './instruments.ts';
import type { Tracing } from './tracing.ts';

export interface ServicesOptions {
  readonly engine: Engine;
  readonly records: Records;
  readonly adapters: readonly CriAdapter[];
  readonly loaded: Pick<LoadedConfig, 'settings' | 'sources'>;
  readonly instruments: Instruments;
  readonly tracing: Pick<Tracing, 'rpcs'>;
  readonly logger: Logger;
}

const settingFacts = ({ settings, sources }: ServicesOptions['loaded']): readonly SettingFact[] =>
  Object.entries(settings).map(([key, value]) => ({ key, value, source: sources[key as SettingKey] }));

/** All that the socket serves: CRI in its versions, Janus' own API, what cAdvisor asks, health, and reflection of all of them. */
export const createServices = ({
  engine,
  records,
  adapters,
  loaded,
  instruments,
  tracing,
  logger,
}: ServicesOptions) => {
  const watch: Watch = { logger, onFinished: instruments.finished, traced: tracing.rpcs };
  const facts = {
    startedAt: Date.now(),
    criVersions: adapters.map(({ version }) => version),
    settings: settingFacts(loaded),
    clients: instruments.clients.list,
    processes: runningChildren,
  };
  const services: readonly GrpcService[] = [
    ...adapters.flatMap((adapter) => adapter.services(engine, watch)),
    createNodeService(engine, facts, watch),
    ...createCadvisorServices(records, { version: engine.version, watch }),
  ];
  const health = createHealth(serviceNames(services), watch);
  return {
    all: [...services, health, ...createReflection([...services, health], readProtoFiles())],
    stop: health.stop,
  };
};
