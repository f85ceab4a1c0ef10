import type { TestProject } from 'vitest/node';
import { bootMachine } from './machine.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the machine that all files of the project share. */
    readonly vmPort: number;
  }
}

/** A machine that runs already, which `run.mjs` booted; it goes on afterwards. */
const given = Number(process.env['JANUS_VM_PORT'] ?? 0);

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const machine = given > 0 ? { port: given, close: () => Promise.resolve() } : await bootMachine();
  provide('vmPort', machine.port);
  return machine.close;
};
