import { reasonOf } from '../../reason.ts';
import type { Mistake } from '../mistakes/mistake.ts';
import { fieldBelow, type Shape } from '../schema/shape.ts';
import { type Environment, LOAD_MS, readSecretSource, Secret } from './secret.ts';
import { isTree, type Path } from './tree.ts';

/** A tree before it is checked, its secrets bound to the environment that holds their variables. */
export interface BoundTree {
  readonly tree: unknown;
  readonly secrets: readonly BoundSecret[];
}

/** One secret, and where it is configured. */
export interface BoundSecret {
  readonly path: Path;
  readonly secret: Secret;
}

/** Puts a `Secret` wherever `tree` has one by its `shape`. What is none stays as it is, for the schema to blame. */
export function bindSecrets(tree: unknown, shape: Shape, environment: Environment): BoundTree {
  const secrets: BoundSecret[] = [];
  const bind = (value: unknown, below: Shape, path: Path): unknown => {
    if (below.kind === 'leaf') {
      const source = below.place === 'secret' ? readSecretSource(value) : undefined;
      if (source === undefined) return value;
      const secret = new Secret(source, environment);
      secrets.push({ path, secret });
      return secret;
    }
    const step = (name: string | number, item: unknown): unknown => {
      const field = fieldBelow(below, name, value);
      return field === undefined ? item : bind(item, field.shape, [...path, name]);
    };
    if (Array.isArray(value)) return value.map((item, i) => step(i, item));
    if (!isTree(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, step(name, item)]),
    );
  };
  return { tree: bind(tree, shape, []), secrets };
}

/** Reads every secret once, so that what is wrong with one shows at the start and not at night. */
export async function checkSecrets(secrets: readonly BoundSecret[]): Promise<readonly Mistake[]> {
  const mistakes = await Promise.all(secrets.map(checkSecret));
  return mistakes.flat();
}

async function checkSecret({ path, secret }: BoundSecret): Promise<readonly Mistake[]> {
  try {
    await secret.read(LOAD_MS);
    return [];
  } catch (error) {
    const message = reasonOf(error);
    return [{ path, message, part: 'value' }];
  }
}

/** The files that hold secrets. */
export const filesOf = (secrets: readonly BoundSecret[]): readonly string[] =>
  secrets.flatMap(({ secret: { source } }) =>
    typeof source === 'object' && 'file' in source ? [source.file] : [],
  );

/** Where a secret is written out in the configuration itself. */
export const literalsOf = (secrets: readonly BoundSecret[]): readonly Path[] =>
  secrets.flatMap(({ path, secret: { source } }) => (typeof source === 'string' ? [path] : []));
