import { invalidArgument } from '../../../core/errors.ts';
import type { ContainerConfig, ContainerMetadata } from '../../../core/model/container.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { imageSpec } from './image.ts';
import { device, mount } from './mounts.ts';
import { name } from './names.ts';
import { optionalResources } from './resources.ts';
import { absentOnLinux, absolutePathOrEmpty, filled, relativePath, required, text, textMap, texts } from './rules.ts';
import { containerSecurity } from './security.ts';

const containerMetadata = (message: cri.ContainerMetadata, field: string): ContainerMetadata => {
  const { name: containerName, attempt, ...rest } = message;
  rest satisfies Record<string, never>;
  return { name: name(containerName, `${field}.name`), attempt };
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The OCI configuration is JSON, so a value that is not UTF-8 could only reach the process changed. */
const decoded = (bytes: Uint8Array, field: string): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidArgument(field, 'must be UTF-8');
  }
};

const env = (message: cri.KeyValue, field: string): { readonly key: string; readonly value: string } => {
  const { key, value: bytes, ...rest } = message;
  rest satisfies Record<string, never>;
  if (filled(key, `${field}.key`).includes('=')) throw invalidArgument(`${field}.key`, 'must not hold "="');
  const value = text(decoded(bytes, `${field}.value`), `${field}.value`);
  // HOME is looked up for, and written into, files of lines.
  if (key === 'HOME' && value.includes('\n')) throw invalidArgument(`${field}.value`, 'must not hold newlines in HOME');
  return { key, value };
};

const linuxPart = (
  message: cri.LinuxContainerConfig | undefined,
  field: string,
): Pick<ContainerConfig, 'resources' | 'security'> => {
  if (message === undefined) {
    return { resources: undefined, security: containerSecurity(undefined, field) };
  }
  const { resources, securityContext, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    resources: optionalResources(resources, `${field}.resources`),
    security: containerSecurity(securityContext, `${field}.security_context`),
  };
};

export const containerConfig = (message: cri.ContainerConfig | undefined, field: string): ContainerConfig => {
  const { metadata, image, command, args, workingDir, envs, mounts, devices, ...others } = required(message, field);
  const { labels, annotations, logPath, stdin, stdinOnce, tty, linux, windows, ...rest } = others;
  rest satisfies Record<string, never>;
  absentOnLinux(windows, `${field}.windows`);
  return {
    metadata: containerMetadata(required(metadata, `${field}.metadata`), `${field}.metadata`),
    image: imageSpec(image, `${field}.image`),
    command: texts(command, `${field}.command`),
    args: texts(args, `${field}.args`),
    workingDir: absolutePathOrEmpty(workingDir, `${field}.working_dir`),
    envs: envs.map((pair, index) => env(pair, `${field}.envs[${index}]`)),
    mounts: mounts.map((entry, index) => mount(entry, `${field}.mounts[${index}]`)),
    devices: devices.map((entry, index) => device(entry, `${field}.devices[${index}]`)),
    cdiDevices: [],
    labels: textMap(labels, `${field}.labels`),
    annotations: textMap(annotations, `${field}.annotations`),
    logPath: relativePath(logPath, `${field}.log_path`),
    stdin,
    stdinOnce,
    tty,
    ...linuxPart(linux, `${field}.linux`),
    stopSignal: undefined,
  };
};
