import { create, find } from './elements.js';
import { describeModel, listModels, RefusedError } from './server.js';
import { countText } from './words.js';

const RETRY_MS = 1000;

const select = find('model', HTMLSelectElement);
const choice = find('model-choice', HTMLElement);
const facts = find('model-facts', HTMLElement);

/**
 * Asks the server for its models until it tells them, lets the user choose if there are several, and shows what the
 * chosen one is.
 *
 * @returns {() => string | undefined} the name of the chosen model; undefined while none is known
 */
export function startModelChoice() {
  select.addEventListener('change', () => void showFacts());
  void load();
  return () => select.value || undefined;
}

async function load() {
  try {
    const names = await listModels();
    const options = names.map((name) => create('option', '', name));
    select.replaceChildren(...options);
    choice.hidden = names.length < 2;
    await showFacts();
  } catch (error) {
    showError(error);
    setTimeout(load, RETRY_MS);
  }
}

async function showFacts() {
  const name = select.value;
  try {
    const { input, labels, provider, device, lanes, batching } = await describeModel(name);
    if (name !== select.value) return;
    const where = device === provider ? device : `${provider} on ${device}`;
    facts.textContent = [
      name,
      countText(labels, 'class', 'classes'),
      `${input.width} × ${input.height} pixels`,
      where,
      `${countText(lanes, 'lane')} per process`,
      `batches of up to ${batching.maxBatchSize}`,
    ].join(' · ');
  } catch (error) {
    showError(error);
  }
}

/** @param {unknown} error */
function showError(error) {
  facts.textContent = error instanceof RefusedError ? `${error.message}.` : 'No answer has come.';
}
