/** What to do about a graph whose batch dimension is fixed and cannot be opened. */
export const FIXED_BATCH_ADVICE =
  'export the model with a dynamic batch dimension (torch.onnx.export: dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}})';
