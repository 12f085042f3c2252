import { CONFIGURATION } from './configuration.ts';
import { CONTENTS } from './contents.ts';
import { DIRECTORIES } from './directories.ts';
import type { Section } from './family.ts';
import { FLEET } from './fleet.ts';
import { HTTP } from './http.ts';
import { MAPS } from './maps.ts';
import { MEMORY } from './memory.ts';
import { MIRRORS } from './mirrors.ts';
import { NODE } from './node.ts';
import { PROCESS } from './process.ts';
import { QUESTIONS } from './questions.ts';
import { SHADOWS } from './shadows.ts';
import { SOCKETMAP } from './socketmap.ts';

/** All metrics there are, in the order in which they are shown. */
export const SECTIONS: readonly Section[] = [
  MAPS,
  DIRECTORIES,
  QUESTIONS,
  CONTENTS,
  MIRRORS,
  SHADOWS,
  MEMORY,
  FLEET,
  SOCKETMAP,
  HTTP,
  CONFIGURATION,
  PROCESS,
  NODE,
];
