/** What the operator has to change; the message is for them. */
export class TuneError extends Error {
  override readonly name = 'TuneError';
}
