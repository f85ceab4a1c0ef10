import { expect, test } from 'vitest';
import { createTokens } from '../../../src/streaming/tokens.ts';

const setup = (capacity = 3) => {
  const clock = { now: 0 };
  return { clock, tokens: createTokens<string>({ capacity, lifetime: 1000, now: () => clock.now }) };
};

test('a token is good for its request, once', () => {
  const { tokens } = setup();
  const [one, two] = [tokens.issue('one'), tokens.issue('two')];
  expect(tokens.redeem(two)).toBe('two');
  expect(tokens.redeem(one)).toBe('one');
  expect(tokens.redeem(one)).toBeUndefined();
});

test('a token is good until its time is over', () => {
  const { clock, tokens } = setup();
  const [early, late] = [tokens.issue('early'), tokens.issue('late')];
  clock.now = 999;
  expect(tokens.redeem(early)).toBe('early');
  clock.now = 1000;
  expect(tokens.redeem(late)).toBeUndefined();
});

test('only so many may wait, and expired ones no longer do', () => {
  const { clock, tokens } = setup(2);
  const first = tokens.issue('a');
  tokens.issue('b');
  expect(() => tokens.issue('c')).toThrow(expect.objectContaining({ kind: 'resource-exhausted' }));
  tokens.redeem(first);
  tokens.issue('c');
  clock.now = 1000;
  tokens.issue('d');
  tokens.issue('e');
});

test('tokens carry at least 128 bits and never repeat', () => {
  const { tokens } = setup(1000);
  const issued = Array.from({ length: 1000 }, () => tokens.issue('x'));
  expect(new Set(issued).size).toBe(1000);
  for (const token of issued) expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
});

test('nothing is redeemed for what was never issued', () => {
  const { tokens } = setup();
  tokens.issue('x');
  for (const guess of ['', 'x', '__proto__', 'A'.repeat(32)]) expect(tokens.redeem(guess)).toBeUndefined();
});
