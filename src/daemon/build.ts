import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import * as z from 'zod';
import type { ProtoFile } from '../adapters/grpc/reflection.ts';

const schema = z.object({ version: z.string(), ENABLE_CRI_API_V1: z.boolean() });

/** What the build was made from: `build.json` beside the built code. */
export type Build = z.infer<typeof schema>;

export const readBuild = (): Build =>
  schema.parse(JSON.parse(readFileSync(new URL('../build.json', import.meta.url), 'utf8')));

/** Of the daemon and of what it runs on. */
export const versionsOf = ({ version }: Build): Readonly<Record<string, string>> => ({
  janus: version,
  node: process.versions.node,
  kernel: release(),
});

const protoFiles = z.array(z.object({ name: z.string(), symbols: z.array(z.string()), descriptor: z.string() }));

/** What reflection tells of the protos of this build: `descriptors.json` beside the built code. */
export const readProtoFiles = (): readonly ProtoFile[] =>
  protoFiles.parse(JSON.parse(readFileSync(new URL('../descriptors.json', import.meta.url), 'utf8')));

const V1 = new URL('../adapters/v1/index.js', import.meta.url);

/** Whether the code of the v1 adapter is in this build. */
export const hasV1 = (): boolean => existsSync(V1);
export const v1Module = V1.href;
