import type { Graph } from '../../../engine/graph/index.js';
import type { Translation } from './translation.js';

const ORIGIN = "Ultralytics' preprocessing of classifiers";

/** The preprocessing of a file that Ultralytics exported; undefined if it did not. */
export function fromUltralytics({ model }: Graph): Translation | undefined {
  const entry = (name: string) => model.metadataProps.find(({ key }) => key === name)?.value;
  const [height, width] = (/\d+,\s*\d+/.exec(entry('imgsz') ?? '')?.[0] ?? '').split(',');
  if (!height || !width || entry('names') === undefined) return undefined;
  const origin = 'imgsz in the metadata of the model';
  const task = entry('task') ?? 'classify';
  return {
    lines: {
      width: { value: Number(width), origin },
      height: { value: Number(height), origin },
      resize: { value: { shortest: Math.max(Number(width), Number(height)) }, origin: ORIGIN },
      channelOrder: { value: 'rgb', origin: ORIGIN },
      mean: { value: [0, 0, 0], origin: ORIGIN },
      std: { value: [255, 255, 255], origin: ORIGIN },
    },
    notes: task === 'classify' ? [] : [`the task in its metadata is "${task}", not "classify"`],
  };
}
