import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { joinFramed } from './framed-message.ts';

/**
 * Serializes a response whose only field is `repeated` by joining the bytes of its entries: kubelets list everything
 * each second, and nearly all of it is as it was. An entry's bytes are kept as long as its record, which never changes
 * (a change makes a new one), and the last whole answer until the list differs.
 */
export interface ListEncoding<Item extends object> {
  /** The bytes of the whole message, kept in its frame. Not to be written to. */
  message(items: readonly Item[]): Buffer;
  /** The same as several messages of about `maxBytes`; none for no items. One entry is never split. */
  chunks(items: readonly Item[], maxBytes: number): IterableIterator<Buffer>;
}

const isSame = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, index) => item === right[index]);

/** `field` is the number of the repeated field; `encode` gives the bytes of one entry's message. */
export const listEncoding = <Item extends object>(
  field: number,
  encode: (item: Item) => Uint8Array,
): ListEncoding<Item> => {
  const entries = new WeakMap<Item, Uint8Array>();
  let last: { readonly items: readonly Item[]; readonly bytes: Buffer } = { items: [], bytes: Buffer.alloc(0) };

  const entry = (item: Item): Uint8Array => {
    const known = entries.get(item);
    if (known !== undefined) return known;
    const bytes = new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(encode(item)).finish();
    entries.set(item, bytes);
    return bytes;
  };

  return {
    message(items) {
      if (!isSame(items, last.items)) last = { items: [...items], bytes: joinFramed(items.map(entry)) };
      return last.bytes;
    },
    *chunks(items, maxBytes) {
      let parts: Uint8Array[] = [];
      let size = 0;
      for (const bytes of items.map(entry)) {
        if (size > 0 && size + bytes.length > maxBytes) {
          yield Buffer.concat(parts);
          parts = [];
          size = 0;
        }
        parts.push(bytes);
        size += bytes.length;
      }
      if (size > 0) yield Buffer.concat(parts);
    },
  };
};
