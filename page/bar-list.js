import { create } from './elements.js';

/**
 * @typedef {object} BarRow
 * @property {string} name
 * @property {string} value the text beside the name
 * @property {number} share the length of the bar, from 0 to 1
 * @property {number} [from] where the bar begins, from 0 to 1
 * @property {string} [note] a sentence below
 * @property {'wait' | 'other' | 'bad'} [kind]
 */

/**
 * A list of which each row has a name, a value and a bar. New values replace the old ones in the same elements, so that a
 * screen reader keeps its place.
 */
export class BarList {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {readonly BarRow[]} rows */
  show(rows) {
    while (this.#list.children.length > rows.length) this.#list.lastElementChild?.remove();
    while (this.#list.children.length < rows.length) this.#list.append(emptyRow());
    rows.forEach((row, i) => {
      const item = this.#list.children[i];
      if (item instanceof HTMLLIElement) fill(item, row);
    });
  }
}

function emptyRow() {
  const item = create('li');
  const track = create('div', 'track');
  // The value says the same.
  track.ariaHidden = 'true';
  track.append(create('div', 'bar'));
  item.append(create('span', 'name'), create('span', 'value'), track, create('p', 'note'));
  return item;
}

/** @param {HTMLLIElement} item @param {BarRow} row */
function fill(item, { name, value, share, from = 0, note = '', kind }) {
  item.className = kind ?? '';
  setText(item, '.name', name);
  setText(item, '.value', value);
  setText(item, '.note', note).hidden = note === '';
  const bar = part(item, '.bar');
  bar.style.setProperty('--share', String(share));
  bar.style.setProperty('--from', String(from));
  bar.style.setProperty('--least', share > 0 ? '2px' : '0');
}

/** @param {HTMLLIElement} item @param {string} selector @param {string} text */
function setText(item, selector, text) {
  const element = part(item, selector);
  if (element.textContent !== text) element.textContent = text;
  return element;
}

/** @param {HTMLLIElement} item @param {string} selector */
function part(item, selector) {
  const element = item.querySelector(selector);
  if (element instanceof HTMLElement) return element;
  throw new Error(`a row has no ${selector}`);
}
