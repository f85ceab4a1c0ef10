import { type Bed, makeBed } from '../../tests/support/bed.ts';

/** The bed of every contestant: room for a thousand pods, and what dies with the boot in memory, as /run is on a node. */
export const benchBed = (name: string, octet: number): Bed => makeBed(name, octet, { prefix: 22, stateInMemory: true });
