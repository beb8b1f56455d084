export { type ClassifierFacts, inspectClassifier } from './inspect-classifier.js';
export { ModelRefusedError } from './model-refused-error.js';
export { nullClassifier } from './null-classifier.js';
export { CONFIDENCE, IMAGE, LABEL_INDEX } from './names.js';
export { type Graph, readGraph } from './read-graph.js';
export { rewriteClassifier } from './rewrite-classifier.js';
export type { RewriteSpec } from './rewrite-spec.js';
export { type SplitGraph, splitTopK } from './split-top-k.js';
