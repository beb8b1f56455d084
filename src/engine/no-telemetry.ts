// ONNX Runtime's Linux library reports usage to its vendor and leaves files in the temporary folder. This turns both
// off. It must be set in the main thread before the library is loaded, so this file is imported first.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
