import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRegistry, type Registry } from '../../../src/core/registry.ts';
import { createScript } from './fakes/script.ts';
import { createFakeStore } from './fakes/store.ts';

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly createdAt: bigint;
}

const ONE = `ab${'0'.repeat(62)}`;
const TWO = `ac${'0'.repeat(62)}`;

const script = createScript();
const store = createFakeStore<Thing>('things', script);

let things: Registry<Thing>;
beforeEach(() => {
  things = createRegistry<Thing>({
    noun: 'container',
    field: 'container_id',
    store,
    isListed: ({ name }) => name !== 'unborn',
  });
  things.adopt([
    { id: ONE, name: 'one', createdAt: 1n },
    { id: TWO, name: 'two', createdAt: 2n },
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

  it('of what clients do not see yet is of nothing to them', async () => {
    const id = `ae${'0'.repeat(62)}`;
    await things.put({ id, name: 'unborn', createdAt: 3n }, { durable: false });
    expect(things.find(id)?.name).toBe('unborn');
    expect(() => things.require(id)).toThrow(expect.objectContaining({ kind: 'not-found' }));
  });

  it('that was deleted is of nothing', async () => {
    await things.delete(ONE);
    expect(things.find(ONE)).toBeUndefined();
    expect(things.byName('one')).toBeUndefined();
    expect(things.find('a')?.name).toBe('two');
  });
});

describe('the records', () => {
  const THREE = `ad${'0'.repeat(62)}`;

  it('stand in order of creation, whatever order the disk gives them in', () => {
    const loaded = createRegistry<Thing>({
      noun: 'container',
      field: 'container_id',
      store,
      isListed: ({ name }) => name !== 'unborn',
    });
    loaded.adopt([
      { id: TWO, name: 'two', createdAt: 2n },
      { id: ONE, name: 'one', createdAt: 1n },
    ]);
    expect(loaded.all().map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('are one array until something changes', async () => {
    const before = things.all();
    expect(things.all()).toBe(before);
    await things.put({ id: THREE, name: 'three', createdAt: 3n }, { durable: false });
    expect(things.all().map(({ name }) => name)).toEqual(['one', 'two', 'three']);
  });

  it('are visible before they are kept, and also when they cannot be', async () => {
    script.failOnce('things.put');
    const kept = things.put({ id: THREE, name: 'three', createdAt: 3n }, { durable: false });
    expect(things.get(THREE)?.name).toBe('three');
    await expect(kept).rejects.toThrow('things.put fails');
  });

  it('stay when they cannot be deleted', async () => {
    script.failOnce('things.delete');
    await expect(things.delete(ONE)).rejects.toThrow('things.delete fails');
    expect(things.byName('one')?.id).toBe(ONE);
  });

  it('of an abandoned name do not take it from its new owner', async () => {
    await things.put({ id: THREE, name: 'one', createdAt: 3n }, { durable: false });
    await things.delete(ONE);
    expect(things.byName('one')?.id).toBe(THREE);
  });
});

describe('the records of a group', () => {
  const [A1, B1, A2] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
  const groupOf = vi.fn(({ name }: Thing) => name.charAt(0));
  let grouped: Registry<Thing>;
  beforeEach(() => {
    grouped = createRegistry<Thing>({ noun: 'container', field: 'container_id', store, isListed: () => true, groupOf });
    grouped.adopt([
      { id: A2, name: 'a2', createdAt: 3n },
      { id: A1, name: 'a1', createdAt: 1n },
      { id: B1, name: 'b1', createdAt: 2n },
    ]);
  });
  const namesIn = (group: string) => grouped.inGroup(group).map(({ name }) => name);

  it('stand in order of creation, also when one is put again', async () => {
    await grouped.put({ id: A1, name: 'a1 changed', createdAt: 1n }, { durable: false });
    expect([namesIn('a'), namesIn('b'), namesIn('c')]).toEqual([['a1 changed', 'a2'], ['b1'], []]);
  });

  it('go when they are deleted, once', async () => {
    await grouped.delete(A1);
    await grouped.delete(A1);
    await grouped.delete(B1);
    expect([namesIn('a'), namesIn('b')]).toEqual([['a2'], []]);
  });

  it('are found without a look at any other record', () => {
    groupOf.mockClear();
    namesIn('a');
    expect(groupOf).not.toHaveBeenCalled();
  });
});
