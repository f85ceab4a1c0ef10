import { getHeapSpaceStatistics } from 'node:v8';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Invocation, type RpcReport } from '../../../src/adapters/shared/instrument.ts';
import { silent } from '../../../src/core/ports/logger.ts';

const rpc = { version: 'v1', service: 'runtime.v1.RuntimeService', method: 'Version', stream: false };

/** A call of grpc-js, as far as an invocation looks at it. */
const fakeCall = (changes: { cancelled?: boolean; deadline?: number } = {}) => {
  const listeners: (() => void)[] = [];
  return {
    cancelled: changes.cancelled ?? false,
    request: { ballast: new Array<number>(512).fill(0) },
    metadata: new Metadata(),
    getDeadline: () => changes.deadline ?? Number.POSITIVE_INFINITY,
    once: (_event: 'cancelled', listener: () => void) => listeners.push(listener),
    cancel: () => {
      for (const listener of listeners) listener();
    },
  };
};

const oldSpaceBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? Number.NaN;

describe('an RPC', () => {
  it('whose client gives up aborts its signal, asked for before or after', () => {
    const call = fakeCall();
    const invocation = new Invocation(rpc, call, { logger: silent });
    const { signal } = invocation;
    expect(signal.aborted).toBe(false);
    call.cancel();
    expect(signal.reason).toMatchObject({ kind: 'cancelled' });
    expect(invocation.signal).toBe(signal);
    const late = fakeCall();
    const second = new Invocation(rpc, late, { logger: silent });
    late.cancel();
    expect(second.signal.reason).toMatchObject({ kind: 'cancelled' });
  });

  it('of which the deadline had passed when it came is aborted from the start', () => {
    const call = fakeCall({ cancelled: true, deadline: 1 });
    expect(new Invocation(rpc, call, { logger: silent }).signal.reason).toMatchObject({ kind: 'deadline-exceeded' });
  });

  it('that is answered is not aborted by what grpc-js says afterwards', () => {
    const call = fakeCall();
    const reports: RpcReport[] = [];
    const invocation = new Invocation(rpc, call, { logger: silent, onFinished: (report) => reports.push(report) });
    invocation.succeeded({});
    call.cancel();
    expect(invocation.signal.aborted).toBe(false);
    expect(reports).toMatchObject([{ ...rpc, code: 'OK' }]);
  });

  it('leaves nothing that only a collection of the whole heap takes away', () => {
    const serve = (count: number): void => {
      for (let n = 0; n < count; n += 1) new Invocation(rpc, fakeCall(), { logger: silent }).succeeded({});
    };
    serve(500);
    const before = oldSpaceBytes();
    // 4 KB each, 6 MB in all: too few for such a collection, many enough for several minor ones.
    serve(1500);
    expect(oldSpaceBytes() - before).toBeLessThan(1024 * 1024);
  });
});
