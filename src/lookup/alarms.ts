import type { Clock } from '../clock.ts';

/** Something that is due at an instant of the clock, unless it is called off before. */
export interface Alarm {
  readonly at: number;
  /** Called once, when it is due; it is off then. It never throws. */
  readonly ring: () => void;
}

/** Alarms that nearly always are called off. */
export interface Alarms {
  set(alarm: Alarm): void;
  callOff(alarm: Alarm): void;
  /** Leaves no timer behind: it ends as soon as nobody waits. */
  stop(): void;
}

/**
 * Creates them: one timer for all, which goes on where nobody waits and ends when its time comes, for a timer set and cleared for each
 * question costs more than all that is done with its answer. It keeps the process alive while somebody waits. `clock` must not lag:
 * the instants are those of one that may, and the same zero.
 */
export function createAlarms(clock: Clock): Alarms {
  const waiting = new Set<Alarm>();
  let timer: NodeJS.Timeout | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;
  let isStopped = false;

  const rest = (): void => {
    if (!isStopped) {
      timer?.unref();
      return;
    }
    clearTimeout(timer);
    timer = undefined;
  };
  const arm = (at: number): void => {
    clearTimeout(timer);
    wakesAt = at;
    timer = setTimeout(wake, Math.max(1, at - clock.now()));
  };
  const wake = (): void => {
    timer = undefined;
    const now = clock.now();
    for (const alarm of waiting) if (alarm.at <= now && waiting.delete(alarm)) alarm.ring();
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of waiting) next = Math.min(next, at);
    // Who was set by a ring has armed it anew.
    if (waiting.size > 0 && (timer === undefined || next < wakesAt)) arm(next);
  };

  return {
    set: (alarm) => {
      waiting.add(alarm);
      if (timer === undefined || alarm.at < wakesAt) arm(alarm.at);
      else if (waiting.size === 1) timer.ref();
    },
    callOff: (alarm) => {
      if (waiting.delete(alarm) && waiting.size === 0) rest();
    },
    stop: () => {
      isStopped = true;
      if (waiting.size === 0) rest();
    },
  };
}
