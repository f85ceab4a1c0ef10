import type { RequestOf } from '../shared/service.ts';
import type * as v1alpha2 from '../v1alpha2/generated/api.ts';
import type * as v1 from './generated/api.ts';

type Scalar = string | number | bigint | boolean | Uint8Array;

type Join<Field extends string, Path> = Path extends string ? `${Field}.${Path}` : never;

/** Paths of the fields that the message New has and Old has not; lists and optional messages as what they hold. */
type AddedPaths<New, Old> = New extends Scalar
  ? never
  : New extends readonly (infer NewItem)[]
    ? Old extends readonly (infer OldItem)[]
      ? AddedPaths<NewItem, OldItem>
      : never
    : {
        [Field in keyof New & string]: Field extends keyof Old
          ? Join<Field, AddedPaths<NonNullable<New[Field]>, NonNullable<Old[Field]>>>
          : Field;
      }[keyof New & string];

type AddedPathsByRpc<NewService, OldService> = {
  [Name in keyof NewService & keyof OldService]: AddedPaths<RequestOf<NewService[Name]>, RequestOf<OldService[Name]>>;
};

/** A fate for each path of each RPC that has any. */
type Fates<Paths> = {
  readonly [Name in keyof Paths as [Paths[Name]] extends [never] ? never : Name]: Readonly<
    Record<Paths[Name] & string, Fate>
  >;
};

/**
 * `mapped`: it reaches the core. `refused`: the request fails, as for all that only means something on Windows.
 * `answer`: the field is for answers and says nothing in a request. `repeated`: known from the sandbox already.
 * `no-condition`: a filter looks at the reference only.
 */
export type Fate = 'mapped' | 'refused' | 'answer' | 'repeated' | 'no-condition';

/**
 * What becomes of each request field that v1 has beyond v1alpha2. The shared mapping does not see them, so this list
 * is what keeps one from being dropped unseen: it does not compile unless it is complete.
 */
export const addedFields = {
  runPodSandbox: {
    'config.linux.securityContext.supplementalGroupsPolicy': 'mapped',
    'config.windows.securityContext.namespaceOptions': 'refused',
  },
  createContainer: {
    'config.CDIDevices': 'mapped',
    'config.stopSignal': 'mapped',
    'config.image.userSpecifiedImage': 'mapped',
    'config.image.runtimeHandler': 'mapped',
    'config.image.imageRef': 'answer',
    'config.mounts.uidMappings': 'mapped',
    'config.mounts.gidMappings': 'mapped',
    'config.mounts.recursiveReadOnly': 'mapped',
    'config.mounts.image': 'mapped',
    'config.mounts.imageSubPath': 'mapped',
    'config.linux.securityContext.supplementalGroupsPolicy': 'mapped',
    'config.windows.resources.affinityCpus': 'refused',
    'sandboxConfig.linux.securityContext.supplementalGroupsPolicy': 'repeated',
    'sandboxConfig.windows.securityContext.namespaceOptions': 'repeated',
  },
  updateContainerResources: {
    'windows.affinityCpus': 'refused',
  },
  listImages: {
    'filter.image.userSpecifiedImage': 'no-condition',
    'filter.image.runtimeHandler': 'no-condition',
    'filter.image.imageRef': 'answer',
  },
  imageStatus: {
    'image.userSpecifiedImage': 'mapped',
    'image.runtimeHandler': 'mapped',
    'image.imageRef': 'answer',
  },
  pullImage: {
    'image.userSpecifiedImage': 'mapped',
    'image.runtimeHandler': 'mapped',
    'image.imageRef': 'answer',
    'sandboxConfig.linux.securityContext.supplementalGroupsPolicy': 'repeated',
    'sandboxConfig.windows.securityContext.namespaceOptions': 'repeated',
  },
  removeImage: {
    'image.userSpecifiedImage': 'mapped',
    'image.runtimeHandler': 'mapped',
    'image.imageRef': 'answer',
  },
} as const satisfies Fates<AddedPathsByRpc<v1.RuntimeServiceService, v1alpha2.RuntimeServiceService>> &
  Fates<AddedPathsByRpc<v1.ImageServiceService, v1alpha2.ImageServiceService>>;
