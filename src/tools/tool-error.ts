/** What keeps a command from doing its work. The message is one sentence for the operator. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
