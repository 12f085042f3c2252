/**
 * Makes an element. Whatever comes from the daemon goes in as text, never as HTML.
 * @param {string} tag
 * @param {string | Readonly<Record<string, string>>} [attributes] a text is the class
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const all = typeof attributes === 'string' ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Text in which commands that it quotes stand as such: they are copied as a whole.
 * @param {string} text
 */
export const makeText = (text) =>
  text.split(COMMAND).map((part, i) => (i % 2 === 0 ? part : make('code', {}, part)));

const COMMAND = /"(idpmap [^"]+)"/;

/**
 * Finds an element of the page's own HTML.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type what it is
 * @returns {T}
 */
export function find(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${type.name} "${id}"`);
}

/**
 * Shows `children` in the place of what `element` held, unless somebody has marked text in there to copy it.
 * @param {HTMLElement} element
 * @param {...(Node | string)} children
 */
export function show(element, ...children) {
  const selection = document.getSelection();
  const isMarked = selection !== null && !selection.isCollapsed;
  if (isMarked && selection.containsNode(element, true)) return;
  element.replaceChildren(...children);
}

/**
 * A list of terms and what is to be said of each; a term without anything is left out.
 * @param {readonly (readonly [term: string, said: Node | string | undefined])[]} rows
 */
export function makeFacts(rows) {
  const pairs = rows.flatMap(([term, said]) =>
    said === undefined ? [] : [make('div', {}, make('dt', {}, term), make('dd', {}, unite(said)))],
  );
  return make('dl', {}, ...pairs);
}

/**
 * Keeps a figure and its unit on one line.
 * @param {Node | string} said
 */
const unite = (said) =>
  typeof said === 'string' ? said.replaceAll(/(?<=≤) | (?=≤|%|ms\b)/g, '\u00a0') : said;

/**
 * A mark that is told by its sign and its word; colour only helps.
 * @param {'good' | 'warn' | 'bad' | 'idle'} tone
 * @param {string} word
 */
export const makeBadge = (tone, word) => make('span', `badge ${tone}`, `${SIGNS[tone]} ${word}`);

/** A sign for each tone, whose shape tells it apart. */
export const SIGNS = /** @type {const} */ ({ good: '✓', warn: '!', bad: '✕', idle: '–' });
