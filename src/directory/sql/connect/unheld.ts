import type { Row, Session } from '../engine.ts';
import type { Held } from '../text/held.ts';

/** Asks with what columns can hold. Rejects with `refusal`, of what they can't, where somebody may have it for all that. */
export async function runHeld(
  run: Session['run'],
  text: string,
  { values, misread }: Held,
  refusal: unknown,
): Promise<readonly Row[]> {
  const rows = await run(text, values);
  for (const own of misread)
    if (JSON.stringify(await run(text, own)) !== JSON.stringify(rows)) throw refusal;
  return rows;
}
