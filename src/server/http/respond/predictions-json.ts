import type { Scores } from '../../../engine/index.js';

/**
 * The same bytes as the original server's answer: `[{"confidence":0.9998,"label":"..."},...]`, best first,
 * always four decimals, no spaces.
 *
 * @param labelsJson each label as a JSON string, in the order of the classes
 */
export function predictionsJson(
  { confidence, labelIndex }: Scores,
  labelsJson: readonly string[],
  topK: number,
): string {
  const count = Math.min(topK, confidence.length);
  let json = '[';
  for (let i = 0; i < count; i++) {
    if (i > 0) json += ',';
    json += `{"confidence":${Number(confidence[i]).toFixed(4)},"label":${labelsJson[Number(labelIndex[i])]}}`;
  }
  return `${json}]`;
}
