/**
 * How often what is known has changed by other means than time, over all directories of this process: something was
 * forgotten or expired, a domain was listed or lost, routes were swapped. What was made of it before counts no more.
 * One number for all: it changes seldom, and whoever adds a way to forget can't leave out a daemon.
 */
let changes = 0;

export const noteChange = (): void => {
  changes += 1;
};

export const countChanges = (): number => changes;
