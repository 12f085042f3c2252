/** The administrator of all realms. */
export const ADMINISTRATOR = { username: 'admin', password: 'admin-secret' };

/**
 * Asks the admin REST API as administrator of the realm `master`. `path` begins behind `/admin`: `/realms/mail/users`.
 * Gives what the server says, as JSON, or `{ id }` of what it created.
 * @throws {Error} where it says no
 */
export type Admin = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** Creates one for the server at `url`. */
export function createAdmin(url: string): Admin {
  let token: string | undefined;
  const ask = async (method: string, path: string, body: unknown): Promise<Response> => {
    token ??= await requestToken(url, 'master', {
      grant_type: 'password',
      client_id: 'admin-cli',
      ...ADMINISTRATOR,
    });
    return fetch(`${url}/admin${path}`, {
      method,
      // A connection that is kept would be broken after a restart.
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...CLOSE },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  return async (method, path, body) => {
    let response = await ask(method, path, body);
    if (response.status === 401) {
      token = undefined;
      response = await ask(method, path, body);
    }
    return readResponse(response, `${method} ${path}`);
  };
}

const CLOSE = { connection: 'close' };

/**
 * Fetches an access token from `url`, of a realm.
 * @throws {Error} where there is none to be had
 */
export async function requestToken(
  url: string,
  realm: string,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: CLOSE,
  });
  const answer = await readResponse(response, `the token of ${realm}`);
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer))
    throw new Error(`the token of ${realm}: none in the answer`);
  return String(answer.access_token);
}

async function readResponse(response: Response, question: string): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${question}: ${response.status} ${text}`);
  const created = response.headers.get('location');
  if (text === '') return created === null ? undefined : { id: created.split('/').at(-1) };
  return JSON.parse(text);
}
