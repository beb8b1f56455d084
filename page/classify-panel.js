import { BarList } from './bar-list.js';
import { create, find } from './elements.js';
import { classify, RefusedError } from './server.js';
import { timeline } from './timeline.js';
import { countText, msText, percentText, reasonText } from './words.js';

/** @typedef {import('./server.js').Answer} Answer */
/** @typedef {import('./timeline.js').Stage} Stage */

const status = find('status', HTMLElement);
const refusal = find('refusal', HTMLElement);
const answer = find('answer', HTMLElement);
const preview = find('preview', HTMLImageElement);
const again = find('again', HTMLButtonElement);
const file = find('file', HTMLInputElement);
const drop = find('drop', HTMLElement);
const requestId = find('request-id', HTMLElement);
const classes = new BarList(find('classes', HTMLElement));
const stages = new BarList(find('timeline', HTMLElement));

/** @type {File | undefined} */
let image;
/** Counts the requests, because an answer that a later request has overtaken is not shown. */
let latest = 0;

/**
 * Classifies what the user chooses, drops or pastes, and shows the answer or why there is none.
 *
 * @param {() => string | undefined} chosenModel
 */
export function startClassifying(chosenModel) {
  const send = () => void sendImage(chosenModel());
  /** @param {FileList | undefined} files */
  const take = (files) => {
    const first = files?.[0];
    if (first === undefined) return;
    image = first;
    showPreview(first);
    send();
  };
  file.addEventListener('change', () => {
    take(file.files ?? undefined);
    // Otherwise choosing the same file once more would be no change.
    file.value = '';
  });
  document.addEventListener('paste', (event) => take(event.clipboardData?.files));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) drop.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    take(event.dataTransfer?.files);
  });
  again.addEventListener('click', send);
}

/** @param {File} image */
function showPreview(image) {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(image);
  preview.alt = image.name;
  preview.hidden = false;
  preview.onerror = () => {
    preview.hidden = true;
  };
}

/** @param {string | undefined} model */
async function sendImage(model) {
  if (image === undefined) return;
  const request = ++latest;
  refusal.replaceChildren();
  status.textContent = 'Sending the image';
  try {
    if (model === undefined) throw new RefusedError('No model is ready', 'Try again in a moment.');
    const got = await classify(model, image);
    if (request === latest) showAnswer(got);
  } catch (error) {
    if (request === latest) showRefusal(error);
  }
}

/** @param {Answer} got */
function showAnswer(got) {
  const { predictions, serverTiming, totalMs } = got;
  const best = predictions[0];
  status.textContent = best
    ? `${best.label}: ${percentText(best.confidence, 2)}, after ${msText(totalMs)}`
    : 'The model has no classes.';
  classes.show(
    predictions.map(({ label, confidence }) => ({
      name: label,
      value: percentText(confidence, 2),
      share: confidence,
    })),
  );
  const all = timeline(serverTiming, totalMs);
  const endMs = all.reduce((sum, { ms }) => sum + ms, 0);
  stages.show(
    all.map((stage) => ({
      name: stage.name,
      value: msText(stage.ms),
      from: stage.startMs / endMs,
      share: stage.ms / endMs,
      ...explain(stage, got),
    })),
  );
  requestId.textContent = got.requestId;
  answer.hidden = false;
  again.hidden = false;
  again.disabled = false;
}

/**
 * What happened in a stage.
 *
 * @param {Stage} stage
 * @param {Answer} answer
 * @returns {{ note: string, kind?: 'wait' | 'other' }}
 */
function explain({ name, ms }, { batchSize, batchReason, totalMs }) {
  switch (name) {
    case 'receive':
      return { note: 'The image arrived, and its header was checked.', kind: 'other' };
    case 'decode':
      return { note: 'Its pixels were decoded and resized for the model.' };
    case 'queue': {
      const size = countText(batchSize, 'image');
      const note = `It waited for its batch of ${size}, which left because ${reasonText(batchReason)}.`;
      return { note, kind: 'wait' };
    }
    case 'infer':
      return { note: 'The model ran the batch.' };
    case 'respond': {
      const total = `the ${msText(totalMs)} that this browser waited`;
      const note =
        ms > 0
          ? `The rest of ${total}: writing the answer, and the network.`
          : `Nothing is left of ${total}. A busy server counts from the earliest time at which it could have read the request.`;
      return { note, kind: 'other' };
    }
  }
}

/** @param {unknown} error */
function showRefusal(error) {
  status.textContent = '';
  answer.hidden = true;
  const known =
    error instanceof RefusedError
      ? error
      : new RefusedError('This page could not read the answer', 'Load the page again.');
  const { code, status: number, retryAfterSeconds = 0 } = known;
  const parts = [create('h3', '', known.message), create('p', '', known.detail)];
  if (retryAfterSeconds > 0) {
    parts.push(create('p', '', `Retry-After: ${countText(retryAfterSeconds, 'second')}.`));
  }
  if (code !== undefined) {
    const line = create('p', 'note', `Status ${number}, code `);
    line.append(create('code', '', code));
    parts.push(line);
  }
  refusal.replaceChildren(...parts);
  again.hidden = false;
  offerAgainAfter(retryAfterSeconds);
}

/** @param {number} seconds */
function offerAgainAfter(seconds) {
  const request = latest;
  again.disabled = seconds > 0;
  setTimeout(() => {
    if (request === latest) again.disabled = false;
  }, 1000 * seconds);
}
