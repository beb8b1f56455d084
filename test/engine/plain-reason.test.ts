import t from 'tap';
import { readModelFolder } from '../../src/engine/index.js';
import { plainReason } from '../../src/engine/plain-reason.js';
import { tinyClassifier, writeModelFolder } from '../helpers/onnx-models.js';

t.test('too little memory is said with what to change', async (t) => {
  // As CUDA's arena said it on an H200 whose memory another program held.
  const message =
    "Non-zero status code returned while running Cast node. Name:'batch_dispatch/before/0' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 154140672";
  t.match(
    plainReason(new Error(message), 256),
    /^the device has too little free memory for batches of up to 256 images; lower/,
  );
  t.match(plainReason(new Error('CUDA error cudaErrorMemoryAllocation: out of memory'), 8), /8/);
});

t.test('a node for the CPU names the key that allows it', async (t) => {
  const message =
    'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.';
  t.match(plainReason(new Error(message), 8), /engine\.allowCpuNodes/);
});

t.test('scores of another number than labels are said to be so', async (t) => {
  const folder = t.testdir({});
  const onnx = tinyClassifier({ scores: 'unsaid' });
  writeModelFolder(folder, { onnx, labels: ['a', 'b', 'c'] });
  const model = await readModelFolder(folder);
  const words = /^not tested: the model does not have as many classes as labels\.txt has lines; wr/;
  t.match(model.batch.seen, words);
});

t.test('a type that the provider lacks is said with the one to export', async (t) => {
  const message = "Could not find an implementation for Conv(11) node with name 'first'";
  t.equal(
    plainReason(new Error(message), 8),
    'the provider has no Conv for the types of its elements; export the model with float32',
  );
});

t.test('anything else is the first line of what was said', async (t) => {
  t.equal(plainReason(new Error(' it is broken\n    at a stack\n'), 8), 'it is broken');
  t.equal(plainReason('text', 8), 'text');
});
