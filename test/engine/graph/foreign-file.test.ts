import t from 'tap';
import { foreignFile } from '../../../src/engine/graph/foreign-file.js';
import { readGraph } from '../../../src/engine/graph/index.js';

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 139\n';

t.test('what is taken for a model is told by how it begins', async (t) => {
  for (const [start, words] of [
    ['', /^an empty file; copy/],
    [POINTER, /^a Git LFS pointer, .*git lfs pull/],
    ['<!DOCTYPE html>\n<html>', /^a web page; .*"resolve"/],
    ['\n <html lang="en">', /^a web page/],
    ['<?xml version="1.0"?><Error>', /^a web page/],
    ['<!-- saved -->\n<html>', /^a web page/],
    ['<?xml version="1.0"?>\n<net name="a">', /^a model in the format of OpenVINO; give the/],
    ['Entry not found', /^a text file; read it.*download the file again/],
    ['\x28\xb5\x2f\xfd\0', /^compressed with Zstandard; unpack/],
    ['\xfd7zXZ\0', /^compressed with xz; unpack/],
    ["7z\xbc\xaf'\x1c", /^a 7-Zip archive; unpack/],
    [`a.onnx${'\0'.repeat(251)}ustar\0`, /^a tar archive; unpack/],
    ['ftrt\0\0', /^a TensorRT engine; give the \.onnx file/],
    ['GGUF\x03\0', /^a GGUF file/],
    ['\xff\xd8\xff\xe0\0', /^an image; give the model/],
    ['RIFF\n\0\0\0WEBP', /^an image/],
    ['\x14\0\0\0ORTM\0\0', /^a model in ONNX Runtime's own \.ort format/],
    ['\x1c\0\0\0TFL3\0\0', /^a TensorFlow Lite model/],
    ['\x89HDF\r\n\x1a\n', /^a Keras model in HDF5/],
    ['\x98\x1b\0\0\0\0\0\0{"__metadata__":{}}', /^a safetensors file, .*torch\.onnx\.export/],
    ['PK\x03\x04\0\0\x08\x08', /^a ZIP archive, as PyTorch's \.pt.*torch\.onnx\.export/],
    ['\x80\x02}q\0', /^a Python pickle, .*torch\.onnx\.export/],
    ['\x1f\x8b\x08\0', /^compressed with gzip; unpack it first/],
    ['{"architecture": "resnet"}', /^a JSON file; give the \.onnx file/],
  ] as const) {
    const bytes = Buffer.from(start, 'latin1');
    t.match(foreignFile(bytes), words);
    const refusal = {
      name: 'ModelRefusedError',
      message: /^this is not an ONNX model but (a|com)/,
    };
    t.throws(() => readGraph(bytes), refusal, start.slice(0, 20));
  }
});

t.test('of other bytes nothing is told', async (t) => {
  for (const start of ['text\0', '\x08\x08\x12', '\x80\x01', 'PK\0', '\0\0', 'a.onnx\0ustar']) {
    t.equal(foreignFile(Buffer.from(start, 'latin1')), undefined, start);
  }
});
