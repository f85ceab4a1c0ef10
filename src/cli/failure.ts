/** Exit codes of `janus`, beside 0. */
export const EXIT = {
  /** The command was not able to do what it was asked, or found something wrong. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
} as const;

/** What went wrong, in words for whoever gave the command. */
export class CommandFailure extends Error {}
