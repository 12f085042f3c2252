import { Refusal, readExplanation } from './api.js';
import { find, make } from './dom.js';
import { makeExplanation } from './explanation.js';
import { keepToken, readToken } from './token.js';

const tokenForm = find('token-form', HTMLFormElement);
const tokenNone = find('token-none', HTMLElement);
const token = find('token', HTMLInputElement);
const testForm = find('test-form', HTMLFormElement);
const address = find('address', HTMLInputElement);
const login = find('login', HTMLInputElement);
const explanation = find('explanation', HTMLElement);

/** Has the box ask, and the token asked for where there is none. */
export function createTestBox() {
  askForToken();
  tokenForm.addEventListener('submit', (event) => {
    event.preventDefault();
    keepToken(token.value.trim());
    token.value = '';
    askForToken();
    if (address.value === '') address.focus();
    else void test();
  });
  testForm.addEventListener('submit', (event) => {
    event.preventDefault();
    if (readToken() === undefined) token.focus();
    else void test();
  });
}

/** Whether a token is configured, as far as is known. */
let isConfigured = true;

/**
 * Notes whether a token is configured, without which nobody can ask.
 * @param {'configured' | 'none'} state
 */
export function noteToken(state) {
  isConfigured = state === 'configured';
  tokenNone.hidden = isConfigured;
  testForm.hidden = !isConfigured;
  askForToken();
}

/** Shows the field for the token where this tab has none, and there is one. */
export function askForToken() {
  tokenForm.hidden = !isConfigured || readToken() !== undefined;
}

/** Of questions that overlap, the last one is answered. */
let last = 0;

async function test() {
  last += 1;
  const mine = last;
  explanation.replaceChildren(make('p', 'quiet', 'asking …'));
  const said = await readExplanation(readQuestion()).then(makeExplanation, describeFault);
  if (mine === last) explanation.replaceChildren(...said);
}

/** What the fields ask; an id has six hexadecimal digits and is no address. */
function readQuestion() {
  const text = address.value.trim();
  if (/^[0-9a-f]{6}$/.test(text)) return { id: text };
  const name = login.value.trim();
  return name === '' ? { address: text } : { address: text, login: name };
}

/** @param {unknown} error */
function describeFault(error) {
  if (error instanceof Refusal && error.isToken) {
    keepToken();
    askForToken();
    token.focus();
  }
  const reason =
    error instanceof Refusal ? error.message : `the daemon can't be reached (${String(error)})`;
  return [make('p', 'fault', reason)];
}
