import type { DirectoryHooks } from '../../hooks.ts';
import type { Named } from './payload.ts';

/** Passes on who has changed. Whoever may connect to the database may notify: however much they do, it is passed on seldom. */
export interface News {
  /** Some have changed, or everybody may have. */
  readonly changed: (named: Named) => void;
  /** What is pending is not passed on any more. */
  readonly stop: () => void;
}

/** Those that are named count at once, then after this time: each time all that is remembered is looked through. */
const NAMED_MS = 200;
/** Domains are listed anew no sooner than this. */
const DOMAINS_MS = 2000;
/** So is everybody asked for anew, which the database feels. */
const EVERYBODY_MS = 5000;
/** More than these within `NAMED_MS` are everybody. */
const MAX_NAMED = 1000;

/** Creates it. Groups are concerned by any change: whoever is enabled again becomes a member of groups that do not name them. */
export function createNews({
  changed,
  domainsChanged,
}: Pick<DirectoryHooks, 'changed' | 'domainsChanged'>): News {
  let addresses = new Set<string>();
  let domains = new Set<string>();

  const named = createThrottle(NAMED_MS, () => {
    const concern = { ids: new Set<string>(), addresses, domains, groups: 'all' } as const;
    addresses = new Set();
    domains = new Set();
    changed(concern);
  });
  const listed = createThrottle(DOMAINS_MS, domainsChanged);
  const everybody = createThrottle(EVERYBODY_MS, () => {
    changed('everything');
  });
  const all = (): void => {
    listed.due();
    everybody.due();
  };

  return {
    changed(who) {
      if (who === 'everybody') return all();
      for (const address of who.addresses) addresses.add(address);
      for (const domain of who.domains) domains.add(domain);
      if (addresses.size + domains.size > MAX_NAMED) {
        addresses.clear();
        domains.clear();
        return all();
      }
      if (who.domains.length > 0) listed.due();
      named.due();
    },
    stop() {
      for (const throttle of [named, listed, everybody]) throttle.stop();
    },
  };
}

/** Does something at once when it is due, but not again within `ms`: then once for all that was due meanwhile. */
function createThrottle(ms: number, task: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  const act = (): void => {
    isDue = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isDue) act();
    }, ms);
    timer.unref();
    task();
  };
  return {
    due(): void {
      if (timer === undefined) act();
      else isDue = true;
    },
    stop(): void {
      clearTimeout(timer);
      isDue = false;
    },
  };
}
