import { JanusError } from '../../core/errors.ts';
import type { ContainerConfig } from '../../core/model/container.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { OciSpec } from '../spec/oci.ts';
import type { RuntimeFeatures } from '../spec/runtime-features.ts';
import { applyEdits } from './apply.ts';
import { resolveDevices } from './catalogue.ts';
import { checkNeeds } from './needs.ts';
import { readSpecs } from './read-specs.ts';
import { requestedByAnnotation, requestedByField, requestedDevices } from './requests.ts';

/** Gives a container the CDI devices that it asks for (https://github.com/cncf-tags/container-device-interface). */
export interface Cdi {
  /**
   * Errors: invalid-argument for a device that nobody has, failed-precondition for one whose parts are missing, or which a runtime of these
   * features cannot bring.
   */
  inject(spec: OciSpec, config: ContainerConfig, features: RuntimeFeatures): Promise<OciSpec>;
}

/** By the specifications in these directories, the last of which goes first. */
export const createCdi = (directories: readonly string[], logger: Logger): Cdi => ({
  inject: async (spec, config, features) => {
    const requests = requestedDevices(config);
    if (requests.length === 0) return spec;
    const found = await readSpecs(directories);
    for (const problem of found.problems) logger.warn('a CDI specification cannot be used', { problem });
    const edits = resolveDevices(requests, found);
    for (const each of edits) checkNeeds(each, features);
    return applyEdits(spec, edits);
  },
});

/**
 * Without `enable-cdi`. The field asks for nothing else, so it is refused; annotations are only one of the ways by which device plugins hand devices
 * over, so they are left alone.
 */
export const noCdi = (logger: Logger): Cdi => ({
  inject: async (spec, config) => {
    const [first] = requestedByField(config);
    if (first !== undefined)
      throw new JanusError('unimplemented', `${first.field}: CDI devices are switched off ("enable-cdi")`);
    if (requestedByAnnotation(config).length > 0)
      logger.warn('a container asks for CDI devices, which are switched off', { container: config.metadata.name });
    return spec;
  },
});
