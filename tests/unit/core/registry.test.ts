import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/core/registry.ts';

interface Thing {
  readonly id: string;
  readonly name: string;
}

const ONE = `ab${'0'.repeat(62)}`;
const TWO = `ac${'0'.repeat(62)}`;

const store = {
  put: async () => undefined,
  delete: async () => undefined,
  load: async () => ({ records: [], unreadable: [] }),
};

let things: Registry<Thing>;
beforeEach(() => {
  things = createRegistry<Thing>({ noun: 'container', field: 'container_id', store });
  things.adopt([
    { id: ONE, name: 'one' },
    { id: TWO, name: 'two' },
  ]);
});

describe('an id', () => {
  it.each([ONE, 'ab', ONE.slice(0, 63)])('%s is found by itself or its beginning', (id) => {
    expect(things.find(id)?.name).toBe('one');
  });

  // Stop and remove of what does not exist succeed, whatever its id looks like: another engine may have made it.
  it.each(['80beb69b-ccd8-4ca1-88c2-f614c30da8ca', '../../etc', 'AB', `${ONE}0`, 'ff'])('%s is of nothing', (id) => {
    expect(things.find(id)).toBeUndefined();
    expect(() => things.require(id)).toThrow(expect.objectContaining({ kind: 'not-found' }));
  });

  it.each(['', 'a'])('%j does not say which', (id) => {
    expect(() => things.find(id)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
  });

  it('that was deleted is of nothing', async () => {
    await things.delete(ONE);
    expect(things.find(ONE)).toBeUndefined();
    expect(things.byName('one')).toBeUndefined();
    expect(things.find('a')?.name).toBe('two');
  });
});
