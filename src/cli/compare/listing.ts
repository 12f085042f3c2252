import { CliError, EXIT } from '../exit.ts';
import { linesIn } from './lines.ts';
import type { Old } from './old.ts';
import { faultOf, faulty } from './postmap.ts';
import { spawnPostmap } from './run.ts';

/** Lists the keys of old tables by `postmap -s`, one after the other. */
export async function* listKeys(
  old: Old,
  postfixConfig: string | undefined,
): AsyncGenerator<string> {
  if (!('tables' in old))
    throw new CliError(
      EXIT.usage,
      'a socketmap can not be listed: give the addresses with --from FILE or --log FILE',
    );
  for (const table of old.tables) {
    // proxymap lists none, and there is no need of it here.
    const child = spawnPostmap(postfixConfig, ['-s', table.replace(/^proxy:/, '')]);
    child.end('');
    for await (const line of linesIn(child.stdout)) {
      const tab = line.indexOf('\t');
      if (tab > 0) yield line.slice(0, tab);
    }
    const { code, stderr } = await child.ended;
    const fault = faultOf({ code, stdout: '', stderr });
    if (fault !== undefined) throw faulty(fault);
  }
}
