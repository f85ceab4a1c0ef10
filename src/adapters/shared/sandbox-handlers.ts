import type { Call, Engine } from '../../core/engine.ts';
import type { SandboxConfig } from '../../core/model/sandbox.ts';
import type * as cri from '../v1alpha2/generated/api.ts';
import { sandboxFilter } from './inbound/filters.ts';
import { filled } from './inbound/rules.ts';
import { runtimeHandler } from './inbound/sandbox-config.ts';
import { verboseInfo } from './outbound/info.ts';
import { podSandboxStatus } from './outbound/sandbox.ts';
import type { Shared, With } from './v1alpha2.ts';

export interface SandboxMessages<Config> {
  readonly sandboxConfig: (message: Config | undefined, field: string) => SandboxConfig;
}

interface RunPodSandbox<Config> {
  runPodSandbox(
    request: With<cri.RunPodSandboxRequest, { readonly config: Config | undefined }>,
    call: Call,
  ): Promise<cri.RunPodSandboxResponse>;
}

type SandboxRpc = 'stopPodSandbox' | 'removePodSandbox' | 'podSandboxStatus' | 'listPodSandbox';

export const sandboxHandlers = <Config>(engine: Engine, { sandboxConfig }: SandboxMessages<Config>) =>
  ({
    async runPodSandbox({ config, runtimeHandler: handler, ...rest }, call) {
      rest satisfies Record<string, never>;
      const request = {
        config: sandboxConfig(config, 'config'),
        runtimeHandler: runtimeHandler(handler, 'runtime_handler'),
      };
      return { podSandboxId: await engine.runPodSandbox(request, call) };
    },

    async stopPodSandbox({ podSandboxId, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.stopPodSandbox(filled(podSandboxId, 'pod_sandbox_id'), call);
      return {};
    },

    async removePodSandbox({ podSandboxId, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.removePodSandbox(filled(podSandboxId, 'pod_sandbox_id'), call);
      return {};
    },

    async podSandboxStatus({ podSandboxId, verbose, ...rest }) {
      rest satisfies Record<string, never>;
      const { sandbox } = engine.podSandbox(filled(podSandboxId, 'pod_sandbox_id'));
      const info = await verboseInfo(verbose, () => engine.podSandboxInfo(sandbox.id));
      return { status: podSandboxStatus(sandbox), info };
    },

    async listPodSandbox({ filter, ...rest }) {
      rest satisfies Record<string, never>;
      return engine.listPodSandboxes(sandboxFilter(filter));
    },
  }) satisfies RunPodSandbox<Config> & Shared<SandboxRpc>;
