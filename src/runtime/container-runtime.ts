import { readFile } from 'node:fs/promises';
import { JanusError } from '../core/errors.ts';
import { pidModeOf } from '../core/model/container.ts';
import { containerId } from '../core/model/ids.ts';
import type { ContainerRef, ContainerRuntime } from '../core/ports/container-runtime.ts';
import { processOf } from '../core/process-of.ts';
import { isRunning, signalProcess } from '../host/process-identity.ts';
import { createAttach } from './attach/attach.ts';
import { killCgroup } from './cgroups/take-down.ts';
import { checkpoint } from './checkpoint/checkpoint.ts';
import { conmonPid } from './conmon/conmon.ts';
import { readExitFile, watchExits } from './conmon/exits.ts';
import { logFault } from './conmon/log-file.ts';
import { reopenLog } from './conmon/reopen-log.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { cgroupOf } from './container-environment.ts';
import { bundlesDirectory, containerLayout, exitsDirectory, layersDirectory } from './container-layout.ts';
import { createWithConmon } from './create.ts';
import { endLeft } from './exec/end-left.ts';
import { createExecEnvironment, type ExecEnvironment } from './exec/exec-environment.ts';
import { execSync } from './exec/exec-sync.ts';
import { execSession } from './exec/session.ts';
import { inspect } from './inspect.ts';
import { idsIn } from './leftovers.ts';
import { createKernelLog } from './oom/kernel-log.ts';
import { wasOomKilled } from './oom.ts';
import { removeContainer, removeLeftover } from './remove.ts';
import { startContainer } from './start.ts';
import { updateResources } from './update.ts';

/** A process of the container that shares its PID namespace with others is not PID 1 there, so the kernel does not end its children with it. */
const hasOwnPids = ({ container, sandbox }: ContainerRef): boolean => pidModeOf(container, sandbox) === 'container';

const kill = async (env: ContainerEnvironment, ref: ContainerRef, signal: string): Promise<void> => {
  const target = processOf(ref.container);
  if (target !== undefined) signalProcess(target, signal);
  if (signal === 'SIGKILL' && !hasOwnPids(ref)) await killCgroup(env.cgroups, cgroupOf(ref));
};

const exitReader = (env: ContainerEnvironment): ContainerRuntime['exitOf'] => {
  const log = createKernelLog();
  return async (ref) => {
    const exit = readExitFile(exitsDirectory(env.roots), ref.container.id);
    if (exit === undefined) return undefined;
    const layout = containerLayout(env.roots, ref.container.id);
    const evidence = {
      hierarchy: env.cgroups,
      cgroup: cgroupOf(ref),
      layout,
      main: processOf(ref.container),
      log,
    };
    return { ...exit, oomKilled: await wasOomKilled(exit, evidence) };
  };
};

/** Timers hold 31 bits; a longer one would fire at once (24.8 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

const execInTime = (exec: ExecEnvironment): ContainerRuntime['execSync'] => {
  return async (ref, command, { timeoutSeconds, signal }) => {
    const deadline = timeoutSeconds > 0 ? [AbortSignal.timeout(Math.min(timeoutSeconds * 1000, MAX_TIMER_MS))] : [];
    try {
      return await execSync(exec, { ref, command }, AbortSignal.any([signal, ...deadline]));
    } catch (error) {
      if (deadline.some(({ aborted }) => aborted) && !signal.aborted)
        throw new JanusError('deadline-exceeded', `the command did not end within ${timeoutSeconds} s and was killed`);
      throw error;
    }
  };
};

/** The containers of this host, by conmon and the configured OCI runtimes. */
export const createContainerRuntime = (env: ContainerEnvironment): ContainerRuntime => {
  const exec = createExecEnvironment(env);
  return {
    create: (plan, options) => createWithConmon(env, plan, options),
    start: (ref, { signal }) => startContainer(env, ref, signal),
    kill: (ref, signal) => kill(env, ref, signal),
    hasProcess: ({ container }) => {
      const process = processOf(container);
      return process !== undefined && isRunning(process);
    },
    hasMonitor: ({ container: { id } }) => conmonPid(containerLayout(env.roots, id), id) !== undefined,
    remove: (ref, options) => removeContainer(env, ref, options),
    removeLeftover: (id, { signal }) => removeLeftover(env, id, signal),
    execSync: execInTime(exec),
    exec: (ref, spec, io, { signal }) => execSession(exec, { ref, spec, io }, signal),
    endSessions: (ref) => endLeft(exec, ref),
    attach: createAttach(env.roots),
    update: (ref, resources, { signal }) => updateResources(env, ref, { resources, signal }),
    reopenLog: async ({ container: { id, logPath }, sandbox }, options) => {
      const fault = await logFault(sandbox.config.logDirectory, logPath);
      if (fault !== undefined) throw new JanusError('failed-precondition', `the log cannot be reopened: ${fault}`);
      await reopenLog(containerLayout(env.roots, id).bundle, logPath, options);
    },
    checkpoint: (ref, location, { signal }) => checkpoint(env, ref, { location, signal }),
    inspect: (ref) => inspect(env, ref),
    exitOf: exitReader(env),
    onExit: (listener) => watchExits(exitsDirectory(env.roots), listener),
    leftovers: async () => {
      const ids = await Promise.all([bundlesDirectory(env.roots), layersDirectory(env.roots)].map(idsIn));
      return [...new Set(ids.flat())].map(containerId);
    },
    spec: async ({ container }) => {
      const text = await readFile(containerLayout(env.roots, container.id).spec, 'utf8').catch(() => 'null');
      return JSON.parse(text) as unknown;
    },
  };
};
