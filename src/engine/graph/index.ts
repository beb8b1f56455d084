export { inspectClassifier } from './inspect-classifier.js';
export { ModelRefusedError } from './model-refused-error.js';
export { readGraph } from './read-graph.js';
export { CONFIDENCE, IMAGE, LABEL_INDEX, rewriteClassifier } from './rewrite-classifier.js';
