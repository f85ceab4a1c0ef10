import { isIP } from 'node:net';

/** An address of either family with its prefix length. */
export const isCidr = (text: string): boolean => {
  const [, ip = '', length = ''] = /^([0-9A-Fa-f:.]{2,45})\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(ip);
  return family !== 0 && Number(length) <= (family === 4 ? 32 : 128);
};
