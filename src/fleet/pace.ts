/** How often the time, the news, and a proof that the engine lives are asked for. */
export const BEAT_MS = 500;
