import { Writable } from 'node:stream';
import winston from 'winston';
import type { LogConfig } from '../config/config.ts';
import type { LogFields, Logger } from '../core/ports/logger.ts';
import { formatLine } from './line.ts';
import { plainFields } from './plain.ts';
import { createRotatingFile } from './rotating-file.ts';

type Level = LogConfig['level'];
const LEVELS: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Called once, at the start; throws if the log's directory or file cannot be made. */
export const createLogger = (config: LogConfig): Logger => {
  const logger = winston.createLogger({
    level: config.level,
    levels: LEVELS,
    format: line(),
    transports: [
      new winston.transports.Stream({ stream: config.driver === 'stdout' ? standardOutput() : fileOf(config) }),
    ],
  });
  return loggerWith({ logger, isOn: (level) => LEVELS[level] <= LEVELS[config.level] }, {});
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

interface Sink {
  readonly logger: winston.Logger;
  /** The level is that of the start: what is off costs nothing at all. winston itself asks each of its transports, each time. */
  readonly isOn: (level: Level) => boolean;
}

const nothing = (): void => undefined;

const loggerWith = (sink: Sink, common: LogFields): Logger => {
  const write = (level: Level): Logger['info'] =>
    sink.isOn(level)
      ? (message, fields) => void sink.logger.log({ level, message, fields: { ...common, ...fields } })
      : nothing;
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (fields) => loggerWith(sink, { ...common, ...fields }),
  };
};
