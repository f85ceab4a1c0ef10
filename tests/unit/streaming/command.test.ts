import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type CommandStreams, runCommand } from '../../../src/streaming/remotecommand/command.ts';
import { noSizes } from '../../../src/streaming/remotecommand/resize.ts';
import type { Outcome } from '../../../src/streaming/remotecommand/status.ts';
import { ClientGone, SessionEnded } from '../../../src/streaming/wire.ts';
import { program } from './test-server.ts';

const run = async (start: () => Promise<Outcome>, signal: AbortSignal) => {
  const reports: { outcome: Outcome; patient: boolean }[] = [];
  const streams: CommandStreams = {
    stdin: undefined,
    stdout: new PassThrough().resume(),
    stderr: undefined,
    resize: noSizes,
    report: async (outcome, options) => {
      reports.push({ outcome, patient: !options.signal.aborted });
    },
  };
  await runCommand({ request: program('x'), start }, streams, { signal });
  return { reports, streams };
};

const never = (): Promise<Outcome> => new Promise(() => undefined);

test('a session that this side ends has time to say so', async () => {
  const { reports, streams } = await run(never, AbortSignal.abort(new SessionEnded('closing')));
  expect(reports).toEqual([{ outcome: { kind: 'failed', message: 'closing' }, patient: true }]);
  expect(streams.stdout?.writableFinished).toBe(true);
});

test('a client that is gone is told nothing', async () => {
  expect((await run(never, AbortSignal.abort(new ClientGone()))).reports).toEqual([]);
});

test('the outcome is told after all output has left', async () => {
  const { reports, streams } = await run(async () => ({ kind: 'exited', code: 3 }), new AbortController().signal);
  expect(reports).toEqual([{ outcome: { kind: 'exited', code: 3 }, patient: true }]);
  expect(streams.stdout?.writableFinished).toBe(true);
});
