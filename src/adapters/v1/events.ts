import type { Call, Engine } from '../../core/engine.ts';
import { JanusError } from '../../core/errors.ts';
import type { ContainerEventResponse } from './generated/api.ts';
import { containerEvent } from './outbound/events.ts';

/** Whether this engine has events, asked with a call that is over already. */
export const hasEvents = (engine: Engine): boolean => engine.events({ signal: AbortSignal.abort() }) !== undefined;

/** Held open until the client leaves: a kubelet takes any end for a failure. */
export async function* containerEvents(engine: Engine, call: Call): AsyncGenerator<ContainerEventResponse> {
  const events = engine.events(call);
  if (events === undefined) throw new JanusError('unimplemented', 'pod events are switched off');
  for await (const event of events) yield containerEvent(event);
  if (!call.signal.aborted) throw new JanusError('resource-exhausted', 'the events were not read fast enough');
}
