import { expect, it } from 'vitest';
import { decodeHuffman } from '../../../src/server/http2-front/huffman.ts';
import { huffman } from './hpack-model.ts';

const bits = (text: string): Buffer => {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '1');
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

it.each([
  ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
  ['a8eb10649cbf', 'no-cache'],
  ['25a849e95bb8e8b4bf', 'custom-value'],
  ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ['9d29ad171863c78f0b97c8e9ae82ae43d3', 'https://www.example.com'],
])('decodes the example %s of RFC 7541 Appendix C', (encoded, text) => {
  expect(decodeHuffman(Buffer.from(encoded, 'hex'))?.toString()).toBe(text);
});

it.each([
  ['1111111111000', 0],
  ['11111111111111111011000', 1],
  ['111111111111111111111111111100', 10],
  ['111111111111111111111111111110', 22],
  ['1111111111111111111111111111', undefined],
  ['1111111111111111111111111100', 127],
  ['11111111111111100110', 128],
  ['1111111111111111111111111110', 249],
  ['11111111111111111111101110', 255],
])('decodes the code %s of Appendix B to symbol %s', (code, symbol) => {
  expect(decodeHuffman(bits(code))?.[0]).toBe(symbol);
});

it('decodes what an encoder made from Appendix B writes', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz0123456789/.-:%_#\\@';
  expect(decodeHuffman(huffman(text))?.toString()).toBe(text);
});

it.each([
  ['padding of eight bits', '00011' + '111' + '11111111'],
  ['padding of zeros', '00011' + '000'],
  ['the end-of-string symbol', '1'.repeat(30)],
])('refuses %s (RFC 7541 §5.2)', (_, code) => {
  expect(decodeHuffman(bits(code))).toBeUndefined();
});

it('decodes nothing to nothing', () => {
  expect(decodeHuffman(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
});
