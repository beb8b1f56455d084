/** What the rewritten graph must do around the model. Channel values are in the order red, green, blue. */
export interface RewriteSpec {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The order in which the model expects the channels. */
  readonly channelOrder: 'rgb' | 'bgr';
  /** On the scale 0 to 255: the model gets (pixel - mean) / std. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /**
   * What the scores still need: "logits" a softmax over the classes, "sigmoid" a sigmoid each, "probabilities"
   * nothing.
   */
  readonly output: 'logits' | 'sigmoid' | 'probabilities';
  /** The output that holds the scores, if the graph has several. */
  readonly outputName?: string | undefined;
  /** Number of classes kept per image, best first; all of them if the graph has fewer. */
  readonly topK: number;
  /** The required number of classes. If the graph does not state its number and has another, its first run fails. */
  readonly classes?: number;
}
