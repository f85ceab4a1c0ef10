import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { statusOfKind } from '../../../src/adapters/shared/status.ts';
import { inCode, page, rows, section } from './page.ts';

const text = page('errors.md');

test('every kind of error has one row, with its code', () => {
  const named = rows(section(text, '## Kinds and codes')).map(([kind, code]) => [inCode(kind)[0], inCode(code)[0]]);
  const codes = Object.entries(statusOfKind).map(([kind, code]) => [kind, status[code]]);
  expect(named.toSorted()).toEqual(codes.toSorted());
});

test('all codes are codes of gRPC', () => {
  const codes = inCode(text).filter((code) => /^[A-Z]+(_[A-Z]+)*$/.test(code));
  expect(codes.filter((code) => !(code in status))).toEqual([]);
});
