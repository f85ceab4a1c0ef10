import type { RuntimeServiceService } from '../v1alpha2/generated/api.ts';
import type { Handlers, WithRecordLists } from './service.ts';

type RuntimeHandlers = Handlers<WithRecordLists<RuntimeServiceService>>;

/** The named RPCs of RuntimeService, in v1alpha2's messages; v1's satisfy them as well. */
export type Shared<Name extends keyof RuntimeHandlers> = Pick<RuntimeHandlers, Name>;

/** A message with some of its fields of another version. */
export type With<Message, Fields> = Omit<Message, keyof Fields> & Fields;
