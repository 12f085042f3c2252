import type { UnwrittenFile } from '../http/statusreport.ts';

/** What is to outlive this process: it tells why it could not be written the last time. */
interface Outliving {
  readonly fault: () => string | undefined;
}

/** Lists the files that could not be written the last time. */
export const listUnwritten = (
  files: Readonly<Record<UnwrittenFile['what'], Outliving>>,
): readonly UnwrittenFile[] =>
  (['state', 'memory'] as const).flatMap((what) => {
    const reason = files[what].fault();
    return reason === undefined ? [] : [{ what, reason }];
  });
