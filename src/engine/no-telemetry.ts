// ONNX Runtime's Linux library reports usage to its makers, and leaves files in the temporary folder. A server tells
// nobody whom it serves. Must be set in the main thread before the library is loaded: so this is imported first.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
