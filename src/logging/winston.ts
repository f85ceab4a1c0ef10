import { Writable } from 'node:stream';
import winston from 'winston';
import type { LogConfig } from '../config/config.ts';
import type { LogFields, Logger } from '../core/ports/logger.ts';
import { formatLine } from './line.ts';
import { plainFields } from './plain.ts';
import { createRotatingFile } from './rotating-file.ts';

/** Called once, at the start; throws if the log's directory or file cannot be made. */
export const createLogger = (config: LogConfig): Logger => {
  const logger = winston.createLogger({
    level: config.level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: line(),
    transports: [
      new winston.transports.Stream({ stream: config.driver === 'stdout' ? standardOutput() : fileOf(config) }),
    ],
  });
  return loggerWith(logger, {});
};

const standardOutput = (): NodeJS.WriteStream => {
  // A reader that went away stops no daemon.
  process.stdout.on('error', () => undefined);
  return process.stdout;
};

const fileOf = (config: LogConfig): Writable => {
  const file = createRotatingFile({ ...config, name: 'janusd.log' });
  return new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      file.append(String(chunk));
      done();
    },
  });
};

/** winston prints what stands under MESSAGE. */
const MESSAGE = Symbol.for('message');
const line = winston.format((info) => {
  const fields = plainFields(info['fields'] as LogFields);
  info[MESSAGE] = formatLine({ time: new Date(), level: info.level, message: String(info.message), fields });
  return info;
});

const loggerWith = (logger: winston.Logger, common: LogFields): Logger => {
  const write =
    (level: LogConfig['level']) =>
    (message: string, fields?: LogFields): void => {
      if (logger.isLevelEnabled(level)) logger.log({ level, message, fields: { ...common, ...fields } });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (fields) => loggerWith(logger, { ...common, ...fields }),
  };
};
