import type { Engine } from '../../core/engine.ts';
import { attachRequest, execRequest, execSyncRequest, portForwardRequest } from './inbound/sessions.ts';
import type { Shared } from './v1alpha2.ts';

const buffer = ({ buffer: memory, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(memory, byteOffset, byteLength);

export const sessionHandlers = (engine: Engine) =>
  ({
    async execSync(request, call) {
      const { stdout, stderr, exitCode } = await engine.execSync(execSyncRequest(request), call);
      return { stdout: buffer(stdout), stderr: buffer(stderr), exitCode };
    },

    async exec(request) {
      return { url: engine.execUrl(execRequest(request)) };
    },

    async attach(request) {
      return { url: engine.attachUrl(attachRequest(request)) };
    },

    async portForward(request) {
      return { url: engine.portForwardUrl(portForwardRequest(request)) };
    },
  }) satisfies Shared<'execSync' | 'exec' | 'attach' | 'portForward'>;
