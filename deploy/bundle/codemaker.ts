import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { crc32 } from 'node:zlib';

/** Of the types that most have, none of which is there but the people file. */
const DIRECTORIES = {
  people: { type: 'file', path: 'people.yaml' },
  keycloak: {
    type: 'keycloak',
    url: 'http://127.0.0.1:1',
    realm: 'mail',
    clientId: 'idpmap',
    clientSecret: 'none that anybody has',
  },
  ldap: { type: 'ldap', urls: 'ldap://127.0.0.1:1', bind: { anonymous: true }, base: 'dc=example' },
};

/** YAML as one writes it, for it is read by other code than JSON is. */
const HEAD = `# Where it listens.
listen: unix:socket
http: unix:http
control: control
state: state
`;

/** What is loaded last, of its own accord. */
const LAST = 'metrics.cjs';

const LIMIT_MS = 60_000;

/**
 * The program that `code.ts` starts: has V8 make code of what a daemon runs until it has answered and is idle, and lays it beside
 * the files that its argument's folder holds: `daemon.x64.code` by `daemon.cjs`. It becomes that daemon, and ends with it.
 */
async function writeCode(program: string): Promise<void> {
  const files = (await readdir(program)).filter((file) => file.endsWith('.cjs'));
  // What is loaded as code is, as if another V8 had made it.
  for (const file of files) await writeOne(join(program, file), Buffer.alloc(0));
  const scripts = keepScripts();
  // The daemon sets them when all is loaded, and code is for one set of them.
  v8.setFlagsFromString = () => {};
  const place = await mkdtemp(join(tmpdir(), 'idpmap-code-'));
  try {
    await start(program, place);
    for (const name of Object.keys(DIRECTORIES))
      await until(() => isAnswered(join(place, 'socket'), `mailboxes ann@${name}.example`));
    await until(async () => scripts.has(join(program, LAST)));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  for (const file of files) {
    const script = scripts.get(join(program, file));
    if (script === undefined) await rm(codeFileOf(join(program, file)));
    else await writeOne(join(program, file), script.createCachedData());
  }
}

const codeFileOf = (file: string): string => file.replace(/cjs$/, `${process.arch}.code`);

/** As `load.cjs` reads it. */
async function writeOne(file: string, code: Buffer): Promise<void> {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(crc32(await readFile(file)), 0);
  head.writeUInt32LE(crc32(code), 4);
  await writeFile(codeFileOf(file), Buffer.concat([head, code]));
}

/** Keeps what is compiled from now on, by its file. */
function keepScripts(): ReadonlyMap<string, vm.Script> {
  const scripts = new Map<string, vm.Script>();
  vm.Script = class extends vm.Script {
    constructor(text: string, options: vm.ScriptOptions) {
      super(text, options);
      if (options.filename !== undefined) scripts.set(options.filename, this);
    }
  };
  return scripts;
}

async function start(program: string, place: string): Promise<void> {
  const config = join(place, 'idpmap.yaml');
  const domains = Object.keys(DIRECTORIES).map((name) => [`${name}.example`, { directory: name }]);
  await writeFile(join(place, 'people.yaml'), 'accounts:\n  - address: ann@people.example\n');
  const lists = { domains: Object.fromEntries(domains), directories: DIRECTORIES };
  const sections = Object.entries(lists).map(([name, of]) => `${name}: ${JSON.stringify(of)}\n`);
  await writeFile(config, [HEAD, ...sections].join(''));
  process.argv = [process.execPath, join(program, 'idpmap.cjs'), 'serve', '--config', config];
  createRequire(join(program, 'idpmap.cjs'))('./idpmap.cjs');
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > LIMIT_MS) throw new Error('the daemon does not answer');
    await sleep(10);
  }
}

/** Asks once; what is answered counts as little as by whom. */
function isAnswered(socket: string, request: string): Promise<boolean> {
  return new Promise((done) => {
    const connection = connect(socket, () => connection.write(`${request.length}:${request},`));
    connection.on('error', () => done(false));
    connection.on('close', () => done(false));
    connection.on('data', () => {
      done(true);
      connection.destroy();
    });
  });
}

await writeCode(process.argv[2] ?? '');
process.exit();
