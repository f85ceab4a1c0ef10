/** A message of gRPC behind its prefix: a byte that says it is not compressed, and four of its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;

const frames = new WeakMap<Buffer, Buffer>();

const framed = (parts: readonly Uint8Array[]): Buffer => {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafeSlow(PREFIX_BYTES + bytes);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(bytes, 1);
  let end = PREFIX_BYTES;
  for (const part of parts) {
    frame.set(part, end);
    end += part.length;
  }
  return frame;
};

/** The parts of a message joined, in a frame of its own that may be sent many times. Neither is to be written to. */
export const joinFramed = (parts: readonly Uint8Array[]): Buffer => {
  const frame = framed(parts);
  const message = frame.subarray(PREFIX_BYTES);
  frames.set(message, frame);
  return message;
};

/** The frame that a message was joined in, if it was; else one of its own. */
export const frameOf = (message: Buffer): Buffer => frames.get(message) ?? framed([message]);
