export interface ChannelMessage {
  readonly number: number;
  readonly bytes: Buffer;
}

/** How a channel's number and bytes share a message. */
export interface ChannelCodec {
  readonly binary: boolean;
  encode(number: number, bytes: Buffer): Buffer;
  /** `message` is not empty. */
  decode(message: Buffer): ChannelMessage;
}

/** The first byte is the channel, the rest is the data. */
export const binaryCodec: ChannelCodec = {
  binary: true,
  encode: (number, bytes) => Buffer.concat([Buffer.of(number), bytes]),
  decode: (message) => ({ number: message.readUInt8(0), bytes: message.subarray(1) }),
};

const ZERO = 0x30;

/** For clients that can send text only: the first character counts from '0', the rest is base64. */
export const base64Codec: ChannelCodec = {
  binary: false,
  encode: (number, bytes) => Buffer.concat([Buffer.of(ZERO + number), Buffer.from(bytes.toString('base64'))]),
  decode: (message) => ({
    number: message.readUInt8(0) - ZERO,
    bytes: Buffer.from(message.toString('latin1', 1), 'base64'),
  }),
};
