import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Closes what daemons lay down for each other, and opens it; names it without telling whom it is about. */
export interface Seal {
  /** Names that only the fleet can make, 22 characters: by the key that closes first, then by those that only open. */
  names(text: string): readonly [string, ...(readonly string[])];
  /** Closes `text` so that it opens under this name alone. */
  close(text: string, under: string): Buffer;
  /** Absent: no key of the fleet's closed it, or not under this name. */
  readonly open: (closed: Buffer, under: string) => string | undefined;
}

/** The layout: this byte, the salt of whoever closed it, their count, the tag, the text. */
const VERSION = 1;
const SALT = 16;
const COUNT = 8;
const TAG = 16;
const HEAD = 1 + SALT + COUNT;
const CIPHER = 'aes-256-gcm';

/** Derived keys that are remembered: more than a large fleet has processes in a day. */
const MOST_KEYS = 4096;

const NAME_LENGTH = 22;

/** A key that is shorter can be guessed. Bytes. */
export const MIN_KEY_BYTES = 32;

/** What is printed where a key is none. */
const KEY_REMEDY = 'make one: openssl rand -base64 32';

/**
 * Reads a fleet's key: 32 bytes or more, in base64 or as they are.
 * @throws {Error} that says how one is made
 */
export function readKey(text: string): Buffer {
  const trimmed = text.trim();
  const isBase64 = /^[\w+/-]{43,}={0,2}$/.test(trimmed);
  const bytes = isBase64 ? Buffer.from(trimmed, 'base64') : Buffer.from(trimmed);
  if (bytes.length < MIN_KEY_BYTES)
    throw new Error(`is shorter than ${MIN_KEY_BYTES} bytes, ${KEY_REMEDY}`);
  if (new Set(bytes).size < MIN_KEY_BYTES / 4)
    throw new Error(`repeats itself and can be guessed, ${KEY_REMEDY}`);
  return bytes;
}

/**
 * Creates it of the fleet's keys: the first closes, all open. Each process closes with a key of its own, drawn from the
 * fleet's and a random salt, and counts, so that no nonce comes twice however many processes there are.
 */
export function createSeal([first, ...others]: readonly [Buffer, ...(readonly Buffer[])]): Seal {
  const secrets = [first, ...others];
  const nameKeys = secrets.map((secret) => derive(secret, 'name'));
  const salt = randomBytes(SALT);
  const own = derive(first, sealOf(salt));
  const opening = secrets.map((secret) => createDerived(secret));
  let count = 0n;

  const nameBy = (key: KeyObject, text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, NAME_LENGTH);

  return {
    names: (text) => {
      const [name = '', ...rest] = nameKeys.map((key) => nameBy(key, text));
      return [name, ...rest];
    },
    close: (text, under) => {
      const counter = Buffer.alloc(COUNT);
      counter.writeBigUInt64BE(count);
      count += 1n;
      const cipher = createCipheriv(CIPHER, own, nonceOf(counter));
      cipher.setAAD(Buffer.from(under));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), salt, counter, cipher.getAuthTag(), body]);
    },
    open: (closed, under) => {
      // An engine may say anything.
      if (!Buffer.isBuffer(closed)) return undefined;
      if (closed.length < HEAD + TAG || closed[0] !== VERSION) return undefined;
      const theirs = closed.subarray(1, 1 + SALT);
      for (const keyOf of opening) {
        const text = openWith(keyOf(theirs), closed, under);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

function openWith(key: KeyObject, closed: Buffer, under: string): string | undefined {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(closed.subarray(1 + SALT, HEAD)), {
    authTagLength: TAG,
  });
  decipher.setAAD(Buffer.from(under));
  decipher.setAuthTag(closed.subarray(HEAD, HEAD + TAG));
  try {
    const text = decipher.update(closed.subarray(HEAD + TAG), undefined, 'utf8');
    return text + decipher.final('utf8');
  } catch {
    // It was closed with another key, under another name, or touched since.
    return undefined;
  }
}

const nonceOf = (counter: Buffer): Buffer => Buffer.concat([Buffer.alloc(4), counter]);

/** What keys of processes are drawn for. */
const sealOf = (salt: Buffer): string => `seal ${salt.toString('hex')}`;

/** Derives, and remembers, the keys of the processes that closed something. */
function createDerived(secret: Buffer): (salt: Buffer) => KeyObject {
  const keys = new Map<string, KeyObject>();
  return (salt) => {
    const id = salt.toString('latin1');
    const known = keys.get(id);
    if (known !== undefined) return known;
    // Whoever writes to the engine may invent salts: they cost time, not memory.
    if (keys.size >= MOST_KEYS) keys.clear();
    const key = derive(secret, sealOf(salt));
    keys.set(id, key);
    return key;
  };
}

/** A `KeyObject`: of a Buffer, Node makes one anew at each use, which costs ten times the work itself. */
const derive = (secret: Buffer, use: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'idpmap fleet 1', use, 32)));
