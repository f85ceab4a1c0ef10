import type { Call } from '../../core/engine.ts';
import { JanusError } from '../../core/errors.ts';
import type { Watch } from '../shared/instrument.ts';
import { implement } from '../shared/serve.ts';
import type { GrpcService, Handlers } from '../shared/service.ts';
import {
  type HealthCheckResponse,
  HealthService,
  HealthCheckResponse_ServingStatus as State,
} from './generated/health.ts';

export interface Health extends GrpcService {
  /** From now on nothing serves; who watches is told. */
  stop(): void;
}

/** grpc.health.v1 for the services of these full names: the daemon serves all of them or none. */
export const createHealth = (services: readonly string[], watch: Watch): Health => {
  const served: ReadonlySet<string> = new Set(['', ...services]);
  const stopped = new AbortController();
  const now = (): HealthCheckResponse => ({ status: stopped.signal.aborted ? State.NOT_SERVING : State.SERVING });

  async function* watchOne(service: string, { signal }: Call): AsyncGenerator<HealthCheckResponse> {
    if (!served.has(service)) yield { status: State.SERVICE_UNKNOWN };
    else yield now();
    if (!stopped.signal.aborted) await aborted(AbortSignal.any([signal, stopped.signal]));
    if (served.has(service)) yield now();
  }
  const handlers: Handlers<HealthService> = {
    check: async ({ service }) => {
      if (!served.has(service)) throw new JanusError('not-found', `service ${JSON.stringify(service)} is not served`);
      return now();
    },
    list: async () => ({ statuses: Object.fromEntries([...served].map((name) => [name, now()])) }),
    watch: ({ service }, call) => watchOne(service, call),
  };
  return {
    definition: HealthService,
    implementation: implement(HealthService, handlers, { version: 'grpc.health.v1', watch }),
    stop: () => stopped.abort(),
  };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
