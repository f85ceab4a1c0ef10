/**
 * Replaces `:authority` values that nghttp2 refuses by legal ones.
 *
 * gRPC for Go up to 1.56 sends the path of a unix socket as `:authority`. RFC 9113 §8.3.1 wants the authority component
 * of RFC 3986 §3.2, so nghttp2 resets each such stream with PROTOCOL_ERROR. Nothing in CRI depends on the value.
 *
 * The client's HPACK encoder does not know of the change, so the server's dynamic table must stay in step with it:
 * - An entry is inserted exactly where the encoder inserted one, and indices count from the newest entry (RFC 7541
 *   §2.3.3). So both sides agree on every entry that both still hold.
 * - An entry counts as name + value + 32 bytes (§4.1) and the oldest ones go when the sum exceeds the table's size
 *   (§4.4), also after a size update (§4.3), which passes unchanged. If no inserted entry is larger than the encoder's,
 *   the decoder always holds at least what the encoder holds. More is harmless: it is never referred to.
 * - Hence the rule: what is inserted must not be larger. A non-empty value gives way to one no longer than itself.
 * - An empty value cannot give way to a legal `:authority`. Its entry counts 10 + 0 + 32 bytes, and `host` with a value of
 *   at most six bytes fits in that. nghttp2 takes `host` for a missing `:authority`, if no pseudo-header follows (§8.3); Go
 *   sends `:authority` last of them. In another order the stream is refused, as it was before.
 * - A representation that inserts nothing is free of all this.
 */
import { type AuthorityField, authorityFields, PATTERN } from './hpack.ts';

/** Letters, digits and punctuation of RFC 3986 §3.2 without userinfo's "@"; nghttp2 accepts them all. */
const LEGAL = /^[A-Za-z0-9\-._~%!$&'()*+,;=:[\]]+$/;
const REPLACEMENT = 'localhost';
/** `host` with incremental indexing: static entry 38 as the name, and a value of five bytes. */
const HOST_FIELD = Buffer.from([PATTERN.incremental | 38, 5, ...Buffer.from('local')]);
const AUTHORITY_INDEX = 1;

const isLegal = (value: Buffer): boolean => LEGAL.test(value.toString('latin1'));

const authority = (first: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([first | AUTHORITY_INDEX, value.length]), Buffer.from(value)]);

const replacementOf = ({ pattern, value }: AuthorityField): Buffer => {
  if (pattern === PATTERN.indexed) return authority(PATTERN.plain, REPLACEMENT);
  if (pattern !== PATTERN.incremental) return authority(pattern, REPLACEMENT);
  return value.length === 0 ? HOST_FIELD : authority(pattern, REPLACEMENT.slice(0, value.length));
};

/**
 * The header block with each illegal `:authority` replaced, or undefined if there is none. A malformed block counts as
 * one without: it ends the connection (RFC 9113 §4.3), and nghttp2 does that.
 */
export const replaceAuthority = (block: Buffer): Buffer | undefined => {
  const illegal = authorityFields(block)?.filter((field) => !isLegal(field.value)) ?? [];
  if (illegal.length === 0) return undefined;
  let done = 0;
  const pieces = illegal.flatMap((field) => {
    const before = block.subarray(done, field.start);
    done = field.end;
    return [before, replacementOf(field)];
  });
  return Buffer.concat([...pieces, block.subarray(done)]);
};
