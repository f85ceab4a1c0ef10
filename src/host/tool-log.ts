/**
 * Why a tool of the field failed, from what it wrote to its standard error: the message of the last fatal line, or else error line, of logrus
 * (`time="..." level=fatal msg="..."`), which skopeo and runc use; otherwise the last line as it is, which crun has. Empty: it said nothing.
 */
export const lastReason = (stderr: string): string => {
  const lines = stderr.trim().split('\n');
  const last = (level: string): string | undefined => lines.findLast((text) => text.includes(`level=${level}`));
  const line = last('fatal') ?? last('error') ?? lines.at(-1) ?? '';
  const quoted = /msg=("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  return quoted === undefined ? line : unquoted(quoted);
};

/** Go quotes nearly as JSON does. */
const unquoted = (quoted: string): string => {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
};
