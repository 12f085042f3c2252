/**
 * For authors of directories: one that follows a script, a proxy that shows faults, and what looks for wrong answers.
 * @see docs/library.md
 */

export { checkConformance } from './library/testing/conformance.ts';
export { checkLaw, type LawOptions } from './library/testing/law.ts';
export {
  type FaultMode,
  type FaultProxy,
  type Heard,
  type ProxyTarget,
  startFaultProxy,
} from './library/testing/proxy.ts';
export type { Mode, Said, Script } from './library/testing/script.ts';
export {
  account,
  createScripted,
  employ,
  group,
  type ScriptedDirectory,
} from './library/testing/scripted.ts';
export type { KnownEntry, Misdeed, Subject } from './library/testing/subject.ts';
