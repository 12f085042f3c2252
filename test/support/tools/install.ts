import { pathToFileURL } from 'node:url';
import { buildTool } from './build.ts';
import { isBuilt, TOOLS, type ToolName } from './tools.ts';

const ALL = Object.keys(TOOLS).filter(isToolName);

/**
 * Builds those of the named tools that are absent, one after the other: Go uses all processors by itself. No names: all.
 * Prints what it does. One that fails does not keep the others from being built.
 * @returns the exit code: 0, 1 where a tool could not be built, 64 for a name that is none
 */
export async function install(names: readonly string[]): Promise<number> {
  const strange = names.filter((name) => !isToolName(name));
  if (strange.length > 0) {
    console.error(`no such tool: ${strange.join(', ')}; there are ${ALL.join(', ')}`);
    return 64;
  }
  const wanted = ALL.filter((name) => names.length === 0 || names.includes(name));
  const absent = wanted.filter((name) => !isBuilt(name));
  let code = 0;
  for (const name of absent) if (!(await report(name))) code = 1;
  return code;
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

async function report(name: ToolName): Promise<boolean> {
  const title = `${name} ${TOOLS[name].version}`;
  const start = performance.now();
  console.log(`building ${title}`);
  try {
    await buildTool(name);
    console.log(`built ${title} in ${Math.round((performance.now() - start) / 1000)} s`);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`cannot build ${title}: ${reason}`);
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = await install(process.argv.slice(2));
