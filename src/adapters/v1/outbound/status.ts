import type { EngineStatus, RuntimeHandlerFacts } from '../../../core/engine.ts';
import type { CgroupDriver } from '../../../core/model/sandbox.ts';
import * as shared from '../../shared/outbound/status.ts';
import * as cri from '../generated/api.ts';

const runtimeHandler = (facts: RuntimeHandlerFacts): cri.RuntimeHandler => ({
  name: facts.name,
  features: { recursiveReadOnlyMounts: facts.recursiveReadOnlyMounts, userNamespaces: facts.userNamespaces },
});

export const statusResponse = (status: EngineStatus, verbose: boolean): cri.StatusResponse => ({
  ...shared.statusResponse(status, verbose),
  runtimeHandlers: status.handlers.map(runtimeHandler),
  features: { supplementalGroupsPolicy: true, userNamespacesHostNetwork: false },
});

const drivers: Readonly<Record<CgroupDriver, cri.CgroupDriver>> = {
  systemd: cri.CgroupDriver.SYSTEMD,
  cgroupfs: cri.CgroupDriver.CGROUPFS,
};

/** Always says the driver: a message without it means systemd. */
export const runtimeConfigResponse = ({ cgroupDriver }: EngineStatus): cri.RuntimeConfigResponse => ({
  linux: { cgroupDriver: drivers[cgroupDriver] },
});
