import { LEAST, PEOPLE, type Row } from './row.ts';

/** What is no YAML. */
export const LINES: readonly Row[] = [
  [`${LEAST}deadline« »200ms`, ': ', 'a colon is missing behind the name'],
  [`${LEAST}deadline« = »200ms`, ': ', 'a name ends with a colon and a blank'],
  [`${LEAST}deadline«:»200ms`, ': ', 'a name ends with a colon and a blank'],
  [`deadline«:»200ms\n${LEAST}`, ': ', 'a name ends with a colon and a blank'],
  [`${LEAST}«// 200 ms will do»`, '# 200 ms will do', 'a comment begins with #'],
  [`${LEAST}«; 200 ms will do»`, '# 200 ms will do', 'a comment begins with #'],
  [`${LEAST}listen: «[::1]:9100»`, "'[::1]:9100'", "quote this text: '…'"],
  [`${LEAST}listen: «*:9100»`, '127.0.0.1:9100', 'quote text that begins with *'],
  [`${LEAST}log:\n  level: debug\n« »  format: json`, '', 'indent it alike'],
  [`${LEAST}log: «level: debug»`, '{ level: debug }', 'mend the indentation'],
  [`${LEAST}log: { level: "debug«» }`, '"', 'write " before the bracket'],
  [`${LEAST}log: { level: debug«»`, ' }', 'write } at its end'],
  [`${LEAST}listen: [127.0.0.1:9100«»`, ']', 'write ] at its end'],
  [`${LEAST}listen: "127.0.0.1:9100«»`, '"', 'write " at its end'],
  [`${LEAST}cache: { file: «@cache» }`, "'@cache'", 'needs quotes'],
  [`${PEOPLE}domains:\n«\t»example.org: { directory: people }`, '  ', 'indent with spaces'],
  [`${LEAST}«---»\ndeadline: 1s`, '', 'write all settings into one'],
];
