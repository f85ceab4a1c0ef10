import { invalidArgument } from '../../core/errors.ts';
import type { ContainerPlan } from '../../core/ports/container-runtime.ts';
import type { Hooks } from '../hooks/schema.ts';
import { specAnnotations } from './annotations.ts';
import { capabilitiesFor } from './capabilities.ts';
import { processArgs, workingDirectory } from './command.ts';
import { deviceRules, ociDevices, type PreparedDevice } from './devices.ts';
import { environment } from './env.ts';
import type { HostFacts } from './host-facts.ts';
import { ociMounts, rootfsPropagation } from './mounts.ts';
import { ociNamespaces, userMappings } from './namespaces.ts';
import type { OciCapabilities, OciLinux, OciProcess, OciSpec } from './oci.ts';
import type { PreparedMount } from './prepare-mounts.ts';
import type { ResolvedUser } from './resolve-user.ts';
import { oomScoreAdj, resourcesToOci } from './resources.ts';
import type { SeccompProfile } from './seccomp-profile.ts';
import { apparmorFor, hiddenPaths, type SELinuxLabels, seccompFor, selinuxFor } from './security.ts';
import type { ImageVolume } from './volumes.ts';

/** What has to be read from host and image before a spec can be built: prepareSpec. */
export interface PreparedInputs {
  readonly user: ResolvedUser;
  readonly mounts: readonly PreparedMount[];
  readonly volumes: readonly ImageVolume[];
  readonly devices: readonly PreparedDevice[];
  readonly localhostSeccomp: SeccompProfile | undefined;
}

export interface SpecInput extends ContainerPlan, PreparedInputs {
  /** Absolute path of the mounted root file system. */
  readonly rootfs: string;
  /** As config-linux.md wants it: `/parent/id` with cgroupfs, `slice:prefix:id` with systemd. */
  readonly cgroupsPath: string;
  /** Config.umask. */
  readonly umask: number;
  readonly host: HostFacts;
  /** Of every container. */
  readonly hooks: Hooks;
}

/**
 * The container's config.json. Pure: equal inputs give equal specs, so containers of one image share nothing (CVE-2021-21334).
 * Errors: invalid-argument for a request that makes no sense, failed-precondition for what this host cannot do.
 */
export const buildSpec = (input: SpecInput): OciSpec => {
  checkRequest(input);
  const { security } = input.container.config;
  const { user, host } = input;
  const capabilities = capabilitiesFor(security, { uid: user.uid, available: host.capabilities });
  const labels = selinuxFor(security, host);
  return {
    ociVersion: '1.0.2',
    root: { path: input.rootfs, readonly: security.readonlyRootfs },
    process: ociProcess(input, capabilities, labels),
    mounts: ociMounts({
      ...input,
      readonlyRootfs: security.readonlyRootfs,
      privileged: security.privileged,
      ownIpc: security.namespaces.ipc === 'container',
    }),
    ...(Object.keys(input.hooks).length > 0 && { hooks: input.hooks }),
    linux: ociLinux(input, capabilities, labels),
    annotations: specAnnotations(input),
  };
};

const checkRequest = ({ container, sandbox }: SpecInput): void => {
  if (container.config.security.privileged && !sandbox.config.security.privileged) {
    throw invalidArgument('privileged', 'no privileged container is allowed in an unprivileged pod');
  }
};

const ociProcess = (input: SpecInput, capabilities: OciCapabilities, labels: SELinuxLabels | undefined): OciProcess => {
  const { container, image, host, user } = input;
  const { config, resources } = container;
  const hostname = input.sandbox.config.hostname || host.hostname;
  const apparmorProfile = apparmorFor(config.security, host);
  return {
    terminal: config.tty,
    user: { uid: user.uid, gid: user.gid, umask: input.umask, additionalGids: user.supplementalGroups },
    args: processArgs(config, image.config),
    env: environment({ config, image: image.config.env, hostname, home: user.home }),
    cwd: workingDirectory(config, image.config),
    capabilities,
    noNewPrivileges: config.security.noNewPrivs,
    oomScoreAdj: oomScoreAdj(resources?.oomScoreAdj ?? 0, host),
    ...(apparmorProfile !== undefined && { apparmorProfile }),
    ...(labels !== undefined && { selinuxLabel: labels.process }),
  };
};

const ociLinux = (input: SpecInput, capabilities: OciCapabilities, labels: SELinuxLabels | undefined): OciLinux => {
  const { container, host, devices, mounts, localhostSeccomp: localhost } = input;
  const { security } = container.config;
  const namespaces = { ...input, cgroupVersion: host.cgroupVersion };
  const seccomp = seccompFor({ security, host, capabilities: capabilities.bounding, localhost });
  const hidden = hiddenPaths(security, input.paths.userns !== undefined);
  const propagation = rootfsPropagation(mounts);
  const limits =
    container.resources === undefined ? {} : resourcesToOci(container.resources, host, 'config.linux.resources');
  return {
    namespaces: ociNamespaces(namespaces),
    ...userMappings(input),
    devices: ociDevices(devices),
    cgroupsPath: input.cgroupsPath,
    resources: { ...limits, devices: deviceRules(devices, security.privileged) },
    ...(propagation !== undefined && { rootfsPropagation: propagation }),
    ...(seccomp !== undefined && { seccomp }),
    maskedPaths: hidden.masked,
    readonlyPaths: hidden.readonly,
    ...(labels !== undefined && { mountLabel: labels.mount }),
  };
};
