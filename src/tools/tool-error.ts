/** A command cannot do its work. The message is one sentence for the operator. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
