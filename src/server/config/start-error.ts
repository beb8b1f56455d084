/** The server does not start. The message is one sentence for the operator that names the key or file to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
