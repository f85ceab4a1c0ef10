/** Control frame types of SPDY/3.1 (draft 3.1, section 2.6). */
export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** RST_STREAM status codes that this side sends. */
export const resetStatus = { protocolError: 1, refusedStream: 3, cancel: 5 } as const;

/** GOAWAY status codes. */
export const goawayStatus = { ok: 0, protocolError: 1 } as const;

export const FLAG_FIN = 0x01;
export const FRAME_HEADER_LENGTH = 8;
export const VERSION = 3;

/** Names in lower case; values of a repeated header are joined with NUL, as on the wire. */
export type Headers = ReadonlyMap<string, string>;

/**
 * What a peer's frames say. `data` may be a part of a frame, so that no frame is ever held whole; `fin` stands on the last
 * part. Frames without a meaning here (SETTINGS, WINDOW_UPDATE, unknown types) never leave the decoder.
 */
export type Frame =
  | { readonly type: 'syn-stream'; readonly streamId: number; readonly fin: boolean; readonly headers: Headers }
  | { readonly type: 'syn-reply'; readonly streamId: number; readonly fin: boolean; readonly headers: Headers }
  | { readonly type: 'headers'; readonly streamId: number; readonly fin: boolean; readonly headers: Headers }
  | { readonly type: 'rst-stream'; readonly streamId: number; readonly status: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goaway'; readonly lastStreamId: number; readonly status: number }
  | { readonly type: 'data'; readonly streamId: number; readonly fin: boolean; readonly data: Buffer };

/** The peer broke the protocol: the connection cannot go on. */
export class SpdyError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SpdyError';
  }
}
