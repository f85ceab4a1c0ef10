import type { TestProject } from 'vitest/node';
import { bootMachine } from './machine.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the machine that all files of the project share. */
    readonly vmPort: number;
  }
}

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const machine = await bootMachine();
  provide('vmPort', machine.port);
  return machine.close;
};
