/** How an exec or attach ended. An attach that ended well counts as exit code 0. */
export type Outcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'failed'; readonly message: string };

/** What clients read on the error stream: Status objects since version 4, before that plain text and only of failures. */
export type StatusFormat = 'json' | 'text';

/**
 * The shapes are those of meta/v1 Status; NonZeroExitCode with an ExitCode cause is the one that clients take apart
 * (apimachinery, pkg/util/remotecommand).
 */
export const describeOutcome = (outcome: Outcome, format: StatusFormat): string => {
  const status = statusOf(outcome);
  if (format === 'json') return JSON.stringify({ metadata: {}, ...status });
  return 'message' in status ? status.message : '';
};

const statusOf = (outcome: Outcome) => {
  if (outcome.kind === 'failed') return internalError(outcome.message);
  if (outcome.code === 0) return { status: 'Success' };
  if (!Number.isInteger(outcome.code) || outcome.code < 0 || outcome.code > 255) {
    return internalError(`exit code ${outcome.code} is not one`);
  }
  return {
    status: 'Failure',
    message: `command terminated with non-zero exit code ${outcome.code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(outcome.code) }] },
  };
};

const internalError = (message: string) => ({
  status: 'Failure',
  message: `Internal error occurred: ${message}`,
  reason: 'InternalError',
  details: { causes: [{ message }] },
  code: 500,
});
