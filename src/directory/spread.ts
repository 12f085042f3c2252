/** The part by which it is more or less. */
export const SPREAD = 0.1;

/** Several daemons began together: a time is to be multiplied by this, 0.9 to 1.1, so that their listings part from each other. */
export const spread = (): number => 1 - SPREAD + Math.random() * 2 * SPREAD;
