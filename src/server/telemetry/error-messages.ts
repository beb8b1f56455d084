/** The chain of an error's messages, outermost first; for the log only. */
export function errorMessages(error: unknown): string {
  return error instanceof Error
    ? [error.message, errorMessages(error.cause)].filter(Boolean).join(': ')
    : '';
}
