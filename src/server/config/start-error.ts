/** Why the server does not start, in one sentence for the operator that names the key or file to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
