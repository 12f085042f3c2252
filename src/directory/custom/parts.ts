import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { z } from 'zod';
import { notations } from '../../config/schema/notation.ts';
import { HIDDEN } from '../../config/sources/secret.ts';
import { isTree, type Tree } from '../../config/sources/tree.ts';

/** Good until the process ends, so that an identity tells nothing of a secret. */
const KEY = randomBytes(32);

/** Settings that only a module can read: until it has, nobody knows what of them is secret, and they print as `***`. */
export interface Sealed {
  /** Two are deeply equal where they say the same. */
  readonly identity: string;
  readonly open: () => Tree;
  /** How they may be printed. */
  readonly show: (tree: unknown) => void;
  readonly shown: () => unknown;
}

class SealedTree implements Sealed {
  readonly identity: string;
  readonly #tree: Tree;
  #shown: unknown = HIDDEN;

  constructor(tree: Tree) {
    this.identity = createHmac('sha256', KEY).update(JSON.stringify(tree)).digest('hex');
    this.#tree = tree;
  }

  open(): Tree {
    return this.#tree;
  }

  show(tree: unknown): void {
    this.#shown = tree;
  }

  shown(): unknown {
    return this.#shown;
  }

  toJSON(): unknown {
    return this.#shown;
  }

  [inspect.custom](): unknown {
    return this.#shown;
  }
}

/** Makes the setting that holds a module's own settings. */
export const sealed = () =>
  z
    .codec(z.custom<unknown>(isTree, 'expected settings (name: value)'), z.custom<Sealed>(), {
      decode: (tree) => new SealedTree(isTree(tree) ? tree : {}),
      encode: (kept) => kept.shown(),
    })
    .register(notations, { type: 'settings that the module knows' });
