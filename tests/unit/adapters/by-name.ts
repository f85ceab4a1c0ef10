import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';
import { ask } from './served.ts';

type Types = Readonly<Record<string, { fromPartial(value: object): object }>>;
const types: Readonly<Record<'v1' | 'v1alpha2', Types>> = { v1: v1 as never, v1alpha2: v1alpha2 as never };

/** The request message of the method, every field that is not given at its default. */
export const requestMessage = (version: 'v1' | 'v1alpha2', name: string, fields: object): object =>
  types[version][`${name[0]?.toUpperCase()}${name.slice(1)}Request`]?.fromPartial(fields) ?? {};

/** Calls the client's method of that name. */
export const call = async (client: object, name: string, request: object): Promise<object> =>
  ask<object, object>(client, Reflect.get(client, name) as never, request);
