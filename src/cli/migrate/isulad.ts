import { parseJson } from '../../config/json.ts';
import { IGNORED_KEYS, isSettingKey } from '../../config/settings.ts';
import { given, type Migration, tableOf, textOf } from './result.ts';

/** Where iSulad keeps what must not become Janus'. */
const OWN_PLACES = ['graph', 'state', 'pidfile', 'hosts'];
const BUILT_IN = ['runc', 'crun'];

const reason = (key: string): string => {
  if (OWN_PLACES.includes(key)) return `${key}: left at Janus' default, for both engines must not share it`;
  return IGNORED_KEYS.has(key) ? `${key}: has no effect in Janus` : `${key}: is no key that Janus knows`;
};

/** Handlers and a default that lead to what is no OCI runtime: shims of iSulad's, and lcr. */
const runtimesOf = (file: Readonly<Record<string, unknown>>) => {
  const known = [...Object.keys(tableOf(file['runtimes'])), ...BUILT_IN];
  const handlers = Object.entries(tableOf(file['cri-runtimes']));
  const lost = handlers.filter(([, runtime]) => !known.includes(textOf(runtime)));
  const byDefault = textOf(file['default-runtime']);
  const isLost = byDefault !== '' && !known.includes(byDefault);
  return {
    settings: {
      'cri-runtimes': Object.fromEntries(handlers.filter((handler) => !lost.includes(handler))),
      'default-runtime': isLost ? '' : byDefault,
    },
    notCarried: [
      ...lost.map(
        ([name, runtime]) => `cri-runtimes.${name}: ${textOf(runtime)} is not in "runtimes"; give its path there`,
      ),
      ...(isLost ? [`default-runtime ${byDefault}: is not in "runtimes"; Janus' default is runc`] : []),
    ],
  };
};

/** iSulad's daemon.json: Janus has its keys. */
export const fromIsulad = (text: string): Migration => {
  const file = tableOf(parseJson(text).value);
  const entries = Object.entries(file);
  const carried = entries.filter(([key]) => isSettingKey(key) && !OWN_PLACES.includes(key));
  const runtimes = runtimesOf(file);
  return {
    settings: given({ ...Object.fromEntries(carried), ...runtimes.settings }),
    notCarried: [
      ...runtimes.notCarried,
      ...entries.filter((entry) => !carried.includes(entry)).map(([key]) => reason(key)),
    ],
  };
};
