// Whoever writes a directory of their own tests with it, too: it is a part of the library.
export * from '../../src/library/testing/script.ts';
export * from '../../src/library/testing/scripted.ts';
