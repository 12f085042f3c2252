import { posix } from 'node:path';

/** What is shipped beside a page, and where the rest of the repository is found. */
export interface Shipment {
  /** Whether a path of the repository, a folder's without its slash, lies there. */
  readonly has: (path: string) => boolean;
  /** What precedes the paths of others, with a slash at its end; absent while the project is nowhere. */
  readonly files?: string;
}

/** A block of code, code in a line, a link: whatever begins first. */
const PARTS =
  /^(?<fence>`{3,}|~{3,})[^]*?^\k<fence>$|`[^`\n]+`|\[(?<label>(?:[^\]`]|`[^`\n]*`)*)\]\((?<to>[^)\s]+)\)/gm;

/**
 * Writes a page for a package: a link to what is not in it leads to the project's public address, and while there is none, it is left
 * out and its words stay. `page` is the path of the page in the repository.
 */
export function shipPage(text: string, page: string, { has, files }: Shipment): string {
  return text.replaceAll(PARTS, (all: string, ...groups: readonly unknown[]) => {
    const { label, to } = readGroups(groups);
    if (label === undefined || to === undefined || /^(?:[a-z][a-z\d+.-]*:|#)/i.test(to)) return all;
    const [path = '', ...anchor] = to.split('#');
    const target = posix.join(posix.dirname(page), path).replace(/\/$/, '');
    if (has(target)) return all;
    return files === undefined ? label : `[${label}](${files}${[target, ...anchor].join('#')})`;
  });
}

/** Named groups come last. */
function readGroups(groups: readonly unknown[]): { readonly label?: string; readonly to?: string } {
  const named = groups.at(-1);
  return typeof named === 'object' && named !== null ? named : {};
}

/** Makes `has` of the files that are shipped. */
export function holding(paths: readonly string[]): Shipment['has'] {
  const all = new Set<string>();
  for (const path of paths)
    for (let each = path; each !== '.'; each = posix.dirname(each)) all.add(each);
  return (path) => all.has(path);
}
