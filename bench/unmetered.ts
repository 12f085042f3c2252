// `idpmap` whose answers are not timed: what metrics cost is measured against it. Parameters are those of `idpmap`.
import { registerHooks } from 'node:module';

const TIMED = '/src/maps/stopwatch.ts';
const UNTIMED = new URL('nostopwatch.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    return resolved.url.endsWith(TIMED) ? { ...resolved, url: UNTIMED } : resolved;
  },
});

const { main } = await import('../src/cli.ts');
await main();
