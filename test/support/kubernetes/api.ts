import { request } from 'node:https';

/** What the API said. */
export interface ApiReply {
  readonly status: number;
  /** JSON, as it came. */
  readonly text: string;
}

/** A Kubernetes object, as far as tests look at all of them alike. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The API of a Kubernetes server, asked as its administrator. */
export interface KubernetesApi {
  readonly url: string;
  /** Asks for a path, and sends `body` as JSON. Rejects where nobody answers. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<ApiReply>;
  /** Asks to make an object in a collection, `/api/v1/namespaces/NAME/pods`; a field that it does not know is an error. */
  create(collection: string, object: object): Promise<ApiReply>;
  /** Makes a namespace that enforces a Pod Security Standard; absent: none. */
  createNamespace(name: string, standard?: 'baseline' | 'restricted'): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** Speaks to the server at `url`, whose certificate `ca` has signed. */
export function createApi(url: string, token: string, ca: string): KubernetesApi {
  const ask: KubernetesApi['ask'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const options = { method, headers, ca, signal, agent: false };
      const asked = request(new URL(path, url), options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const create: KubernetesApi['create'] = (collection, object) =>
    ask('POST', `${collection}?fieldValidation=Strict`, object);
  return {
    url,
    ask,
    create,
    createNamespace: async (name, standard) => {
      const labels =
        standard === undefined ? {} : { 'pod-security.kubernetes.io/enforce': standard };
      const { status, text } = await create('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels },
      });
      if (status !== 201) throw new Error(`cannot make the namespace ${name}: ${text}`);
    },
  };
}
