import type { ImageSpec } from '../../../core/model/container.ts';
import * as shared from '../../shared/inbound/image.ts';
import { text } from '../../shared/inbound/rules.ts';
import { runtimeHandler } from '../../shared/inbound/sandbox-config.ts';
import type * as cri from '../generated/api.ts';

export const imageSpec = (message: cri.ImageSpec | undefined, field: string): ImageSpec => ({
  ...shared.imageSpec(message, field),
  userSpecifiedImage: text(message?.userSpecifiedImage ?? '', `${field}.user_specified_image`),
  runtimeHandler: runtimeHandler(message?.runtimeHandler ?? '', `${field}.runtime_handler`),
});
