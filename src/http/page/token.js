const NAME = 'idpmap-token';

/** This tab's token; absent: nobody gave one. */
export const readToken = () => sessionStorage.getItem(NAME) ?? undefined;

/**
 * Keeps a token as long as this tab is open; absent: forgets it.
 * @param {string} [token]
 */
export function keepToken(token) {
  if (token === undefined) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, token);
}

/** Takes the token of `#token=…` out of the address bar: browsers send that part nowhere, but they keep it in histories. */
export function takeTokenFromLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  if (token !== '') keepToken(token);
  history.replaceState(null, '', location.pathname + location.search);
}
