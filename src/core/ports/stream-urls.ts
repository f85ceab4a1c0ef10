import type { SessionRequest } from '../engine.ts';
import type { ContainerId, SandboxId } from '../model/ids.ts';

/** A session whose container is known to run. */
export type StreamSession = Omit<SessionRequest, 'containerId'> & { readonly containerId: ContainerId };

/** URLs for one use each. A port because the streaming server is an HTTP server of its own. Too many at once: resource-exhausted. */
export interface StreamUrls {
  exec(session: StreamSession & { readonly command: readonly string[] }): string;
  attach(session: StreamSession): string;
  /** How many are under way. */
  sessions(): number;
  portForward(request: { readonly sandboxId: SandboxId; readonly ports: readonly number[] }): string;
}
