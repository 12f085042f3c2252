// What each file of the program that is started, or imported, by its name begins with: the others are then loaded by the code that
// V8 has made of them (`code.ts`), where it lies beside them. V8 reads no text then but what was never run when it was made.
'use strict';

const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { constants, Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** Before the code: the checksums of the file that it was made of, and of itself. V8 looks at the file's length only. */
const HEAD_BYTES = 8;

/** Gives what stands in for a file's `require`. What Node has loaded, and what this has, is known to both. */
const requireLike = (own) =>
  Object.assign((id) => (id.startsWith('./') ? load(id, own) : own(id)), own);

function load(id, own) {
  const file = path.join(__dirname, id);
  const known = own.cache[file];
  if (known !== undefined) return known.exports;
  const script = readScript(file);
  if (script === undefined) return own(id);
  const module = new Module(file);
  module.filename = file;
  own.cache[file] = module;
  const { exports } = module;
  const parameters = [exports, requireLike(Module.createRequire(file)), module, file, __dirname];
  script.runInThisContext().apply(exports, parameters);
  module.loaded = true;
  return module.exports;
}

/** Absent where there is no code, or it is another text's. Code of another V8 is as none: it reads the text itself. */
function readScript(file) {
  let code;
  try {
    code = readFileSync(file.replace(/cjs$/, `${process.arch}.code`));
  } catch {
    return undefined;
  }
  const text = readFileSync(file);
  const cachedData = code.subarray(HEAD_BYTES);
  if (code.readUInt32LE(0) !== crc32(text) || code.readUInt32LE(4) !== crc32(cachedData))
    return undefined;
  return new Script(Module.wrap(text.toString('latin1')), {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

module.exports = requireLike;
