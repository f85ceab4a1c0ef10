import { parseJson } from '../../config/json.ts';
import { IGNORED_KEYS, isSettingKey } from '../../config/settings.ts';
import { type Migration, tableOf } from './result.ts';

/** Where iSulad keeps what must not become Janus'. */
const OWN_PLACES = ['graph', 'state', 'pidfile', 'hosts'];

/** iSulad's daemon.json: Janus has its keys. */
export const fromIsulad = (text: string): Migration => {
  const entries = Object.entries(tableOf(parseJson(text).value));
  const carried = entries.filter(([key]) => isSettingKey(key) && !OWN_PLACES.includes(key));
  const reason = (key: string): string => {
    if (OWN_PLACES.includes(key)) return `${key}: left at Janus' default, for both engines must not share it`;
    return IGNORED_KEYS.has(key) ? `${key}: has no effect in Janus` : `${key}: is no key that Janus knows`;
  };
  return {
    settings: Object.fromEntries(carried),
    notCarried: entries.filter((entry) => !carried.includes(entry)).map(([key]) => reason(key)),
  };
};
