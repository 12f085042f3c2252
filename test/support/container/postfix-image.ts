import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, hasImage, podman } from './engine.ts';
import { baseImage } from './images.ts';

/** The image of a user's Postfix: Debian's, with its jail, and with the lines of main.cf that `MAIN_CF` holds. */
export interface PostfixImage {
  readonly tag: string;
  /** The group id of `postfix` in it. */
  readonly gid: number;
}

const CONTEXT = join(import.meta.dirname, 'postfix');

/** Gives the image; it is built where its base or a file of it changed. */
export async function postfixImage(): Promise<PostfixImage> {
  const base = await baseImage('postfix');
  const tag = `localhost/idpmap/postfix:${await fingerprint(base)}`;
  if (!(await hasImage(tag))) {
    const file = join(CONTEXT, 'Dockerfile');
    await build({ file, context: CONTEXT, tag, args: { POSTFIX_BASE: base } });
  }
  const id = ['run', '--rm', '--network=none', '--entrypoint=id', tag, '-g', 'postfix'];
  const asked = await podman(...id);
  return { tag, gid: Number(asked) };
}

async function fingerprint(base: string): Promise<string> {
  const hash = createHash('sha256').update(base);
  for (const name of (await readdir(CONTEXT)).toSorted())
    hash.update(await readFile(join(CONTEXT, name)));
  return hash.digest('hex').slice(0, 16);
}
