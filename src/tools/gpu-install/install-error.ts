/** What kept the provider libraries from being installed; the message is for the operator. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}
