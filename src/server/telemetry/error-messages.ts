/** The messages of an error and its causes, outermost first. For the log only. */
export function errorMessages(error: unknown): string {
  return error instanceof Error
    ? [error.message, errorMessages(error.cause)].filter(Boolean).join(': ')
    : '';
}
