import { isKind, JanusError } from '../../core/errors.ts';
import { run } from '../../host/process.ts';

const failed = (why: string, cause?: unknown): JanusError =>
  new JanusError('failed-precondition', `this host cannot checkpoint containers: ${why}`, { cause });

const MAX_REASON = 300;

/** criu asks the kernel for each thing that it needs; a kernel that is newer than it may be refused as well. */
const check = async (signal: AbortSignal) => {
  try {
    return await run({ path: 'criu', args: ['check'] }, { signal });
  } catch (error) {
    if (isKind(error, 'internal')) throw failed('criu is not installed', error);
    throw error;
  }
};

/** Errors: failed-precondition, with the first reason that criu gives. Asked each time: criu may be installed meanwhile. */
export const requireCriu = async (signal: AbortSignal): Promise<void> => {
  const { exitCode, stdout, stderr } = await check(signal);
  if (exitCode === 0) return;
  const lines = `${stderr.toString()}\n${stdout.toString()}`.split('\n').map((line) => line.trim());
  const [reason = `criu check ended with ${exitCode}`] = lines.filter((line) => line.startsWith('Error'));
  throw failed(reason.slice(0, MAX_REASON));
};
