/** The model cannot be served. The message is one sentence that says what to change. */
export class ModelRefusedError extends Error {
  override readonly name = 'ModelRefusedError';
}
