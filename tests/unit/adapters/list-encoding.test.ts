import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listEncoding } from '../../../src/adapters/shared/list-encoding.ts';
import { container } from '../../../src/adapters/shared/outbound/container.ts';
import { listEncodings } from '../../../src/adapters/v1/definition.ts';
import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import { container as v1Container } from '../../../src/adapters/v1/outbound/container.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import type { ContainerRecord } from '../../../src/core/model/container.ts';
import * as samples from './samples.ts';

const records: fc.Arbitrary<ContainerRecord[]> = fc.array(
  fc
    .record({
      name: fc.string(),
      labels: fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
      exitCode: fc.integer(),
    })
    .map(({ name, labels }) => ({ ...samples.container, name, config: { ...samples.containerConfig, labels } })),
);

const counted = () => {
  let encoded = 0;
  const encoding = listEncoding(1, (record: ContainerRecord) => {
    encoded += 1;
    return cri.Container.encode(container(record)).finish();
  });
  return { encoding, encoded: () => encoded };
};

const plain = (items: readonly ContainerRecord[]): Buffer =>
  Buffer.from(cri.ListContainersResponse.encode({ containers: items.map(container) }).finish());

describe('encoded lists', () => {
  test('have the bytes of the plain message, kept or not', () => {
    fc.assert(
      fc.property(records, fc.nat(), (items, removed) => {
        const { encoding } = counted();
        expect(encoding.message(items).equals(plain(items))).toBe(true);
        const fewer = items.filter((_, index) => index !== removed % Math.max(items.length, 1));
        expect(encoding.message(fewer).equals(plain(fewer))).toBe(true);
        expect(encoding.message(items).equals(plain(items))).toBe(true);
        expect(encoding.message([...items].reverse()).equals(plain([...items].reverse()))).toBe(true);
      }),
    );
  });

  test('encode a record once, and a changed one again', () => {
    const { encoding, encoded } = counted();
    const [first, second] = [{ ...samples.container }, { ...samples.container, name: 'other' }];
    encoding.message([first, second]);
    encoding.message([second]);
    encoding.message([first, second]);
    expect(encoded()).toBe(2);
    const changed = { ...second, createdAt: 5n };
    expect(encoding.message([first, changed]).equals(plain([first, changed]))).toBe(true);
    expect(encoded()).toBe(3);
  });

  test('are the same bytes for the same list', () => {
    const { encoding } = counted();
    const items = [{ ...samples.container }];
    expect(encoding.message([...items])).toBe(encoding.message([...items]));
  });

  test('are not fooled by a list that is changed in place', () => {
    const { encoding } = counted();
    const items = [samples.container];
    encoding.message(items);
    items.push({ ...samples.container, name: 'late' });
    expect(encoding.message(items).equals(plain(items))).toBe(true);
  });

  test('in chunks hold every entry once, each chunk within the limit unless one entry is larger', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 5000 }), (items, limit) => {
        const { encoding } = counted();
        const chunks = [...encoding.chunks(items, limit)];
        expect(Buffer.concat(chunks).equals(plain(items))).toBe(true);
        for (const chunk of chunks) {
          const entries = cri.ListContainersResponse.decode(chunk).containers.length;
          expect(entries).toBeGreaterThan(0);
          if (entries > 1) expect(chunk.length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  test("in v1 have v1's fields", () => {
    const bytes = listEncodings().containers.message([samples.container]);
    expect(v1.ListContainersResponse.decode(bytes)).toEqual({ containers: [v1Container(samples.container)] });
  });
});
