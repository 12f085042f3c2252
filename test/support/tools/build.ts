import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  type DebianTool,
  type GoTool,
  isBuilt,
  type PythonTool,
  TOOLS,
  type Tool,
  type ToolName,
  toolPath,
  toolsDirectory,
} from './tools.ts';

const execute = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** What `go mod edit -json` tells of a module, as far as it is read. */
interface ModuleFile {
  readonly Go: string;
  readonly Replace: readonly Replacement[] | null;
}

interface Replacement {
  readonly Old: { readonly Path: string };
  readonly New: { readonly Path: string; readonly Version?: string };
}

/**
 * Builds a tool where `toolPath` looks for it. It appears whole or not at all.
 * @throws {Error} that says what failed and what may help
 */
export async function buildTool(name: ToolName): Promise<void> {
  await mkdir(toolsDirectory(), { recursive: true });
  const unfinished = await mkdtemp(join(toolsDirectory(), `.${name}-`));
  const work = await mkdtemp(join(tmpdir(), `idpmap-${name}-`));
  try {
    const tool: Tool = TOOLS[name];
    const program = join(unfinished, name);
    if ('module' in tool) await buildGo(tool, program, work);
    else if ('package' in tool) await fetchPython(tool, program, work);
    else await unpackDebian(tool, program, work);
    await chmod(unfinished, 0o755);
    await rename(unfinished, dirname(toolPath(name)));
  } catch (error) {
    // Somebody else may have been first.
    if (!isBuilt(name)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  }
}

/** As a tool of a module made for it: `go install` refuses modules whose go.mod replaces others. */
async function buildGo(tool: GoTool, program: string, work: string): Promise<void> {
  const { module, version, variables = {} } = tool;
  const source = `${module}/${tool.program}`;
  const go = (...parameters: readonly string[]) => run('go', parameters, work);
  const { GoMod } = JSON.parse(await go('mod', 'download', '-json', `${module}@${version}`));
  const file: ModuleFile = JSON.parse(await go('mod', 'edit', '-json', GoMod));
  const replacements = (file.Replace ?? []).map(
    ({ Old, New }) =>
      `-replace=${Old.Path}=${isPart(New.Path) ? `${Old.Path}@${tool.partsVersion}` : `${New.Path}@${New.Version}`}`,
  );
  await go('mod', 'init', 'tool.invalid/tool');
  await go('mod', 'edit', `-go=${file.Go}`, ...replacements);
  await go('get', '-tool', `${source}@${version}`);
  const stamps = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const link = ['-s', '-w', ...stamps].join(' ');
  await go('build', '-trimpath', '-buildvcs=false', `-ldflags=${link}`, '-o', program, source);
}

/** Whether a replacement lies beside the module that names it. */
const isPart = (path: string): boolean => path.startsWith('.');

async function fetchPython(tool: PythonTool, program: string, work: string): Promise<void> {
  await run('python3', ['-m', 'venv', work], work);
  const pip = join(work, 'bin', 'pip');
  await run(pip, ['install', '--quiet', `${tool.package}==${tool.version}`], work);
  await copyFile(await fileOf(tool, basename(program), work), program);
  await chmod(program, 0o755);
}

async function fileOf({ file }: PythonTool, program: string, work: string): Promise<string> {
  if (file === undefined) return join(work, 'bin', program);
  const [version = ''] = await readdir(join(work, 'lib'));
  return join(work, 'lib', version, 'site-packages', file);
}

/** Whatever else is installed stays: nothing but files is taken of the packages. */
async function unpackDebian(tool: DebianTool, program: string, work: string): Promise<void> {
  const root = join(dirname(program), 'root');
  const download = () => run('apt-get', ['download', ...tool.packages], work);
  // Images of Debian come without its lists of packages.
  await download().catch(async () => {
    await run('apt-get', ['update', '--quiet'], work);
    await download();
  });
  const archives = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['--extract', archive, root], work);
  await symlink(join('root', tool.unpacked), program);
}

/** The environment of this process goes along: it may name a proxy, a mirror and where modules are kept. */
async function run(command: string, parameters: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0' };
  try {
    const { stdout } = await execute(command, parameters, { cwd, env, maxBuffer: MAX_OUTPUT });
    return stdout;
  } catch (error) {
    throw explain(error, command, parameters);
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  go: 'install Go 1.26 or later (Debian 12 has an older one): https://go.dev/doc/install',
  python3: 'apt-get install python3-venv',
  'apt-get': 'this takes a Debian',
};

function explain(error: unknown, command: string, parameters: readonly string[]): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if ('code' in error && error.code === 'ENOENT')
    return new Error(`${command} is missing: ${REMEDIES[command] ?? ''}`);
  const lines = printedBy(error).trim().split('\n').slice(-5).join('\n');
  return new Error(`${command} ${parameters.slice(0, 2).join(' ')} failed: ${lines}`);
}

/** `go mod download -json` tells its errors on standard output. */
function printedBy(error: Error): string {
  if (!('stdout' in error && 'stderr' in error)) return error.message;
  return String(error.stderr) || String(error.stdout) || error.message;
}
