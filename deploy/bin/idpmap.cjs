// Starts idpmap, or says in one line why that can't be. An old Node has to understand it: nothing here is newer than Node 12.
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const ROOT = path.join(__dirname, '../..');

/** A clone runs what one reads; a package has no sources. */
const isClone = fs.existsSync(path.join(ROOT, 'src/main.ts'));

const hasPackages = fs.existsSync(path.join(ROOT, 'node_modules/commander'));

/** What keeps idpmap from running here; undefined where nothing does. */
function findObstacle() {
  const install = `run "npm ci" in ${ROOT}`;
  const { engines } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  if (!isAtLeast(process.versions.node, needed)) {
    const remedy =
      isClone && !hasPackages
        ? `${install}, which brings one`
        : 'https://nodejs.org/en/download has one';
    return `it needs Node.js ${needed} or later, and this is ${process.version} (${process.execPath}): ${remedy}`;
  }
  return isClone && !hasPackages ? `its packages are not installed: ${install}` : undefined;
}

function isAtLeast(version, needed) {
  const [major, minor] = version.split('.').map(Number);
  const [neededMajor, neededMinor = 0] = needed.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/**
 * 78 is sysexits' word for it. The unit starts idpmap again after a 78, for a configuration may be half an edit; no edit mends this,
 * so systemd is told what makes it give up.
 */
const exitCode = () => (process.env.SYSTEMD_EXEC_PID === String(process.pid) ? 64 : 78);

const obstacle = findObstacle();
if (obstacle === undefined) {
  if (isClone) void import(pathToFileURL(path.join(ROOT, 'src/main.ts')).href);
  else require(path.join(ROOT, 'program/idpmap.cjs'));
} else {
  process.stderr.write(`idpmap: ${obstacle}\n`);
  process.exitCode = exitCode();
}
