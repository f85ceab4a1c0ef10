import type { ImageSpec } from '../../../core/model/container.ts';
import type { RegistryAuth } from '../../../core/model/image.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { filled, required, text, textMap, word } from './rules.ts';

export const imageSpec = (message: cri.ImageSpec | undefined, field: string): ImageSpec => {
  const { image, annotations, ...rest } = required(message, field);
  rest satisfies Record<string, never>;
  return {
    image: word(filled(image, `${field}.image`), `${field}.image`),
    annotations: textMap(annotations, `${field}.annotations`),
    userSpecifiedImage: '',
    runtimeHandler: '',
  };
};

/** Undefined: nothing to log in with. */
export const registryAuth = (message: cri.AuthConfig | undefined, field: string): RegistryAuth | undefined => {
  if (message === undefined || Object.values(message).every((value) => value === '')) return undefined;
  const { username, password, auth, serverAddress, identityToken, registryToken, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    username: text(username, `${field}.username`),
    password: text(password, `${field}.password`),
    auth: text(auth, `${field}.auth`),
    serverAddress: text(serverAddress, `${field}.server_address`),
    identityToken: text(identityToken, `${field}.identity_token`),
    registryToken: text(registryToken, `${field}.registry_token`),
  };
};

/** Without a filter, or with one that names no image: every image. */
export const imageFilter = (message: cri.ImageFilter | undefined): { readonly image?: string } => {
  if (message === undefined) return {};
  const { image, ...rest } = message;
  rest satisfies Record<string, never>;
  return image === undefined || image.image === '' ? {} : { image: word(image.image, 'filter.image.image') };
};
