import type { TraceExplanation } from '../control/protocol.ts';
import {
  OURS,
  sayAge,
  sayFound,
  sayKey,
  sayMirrors,
  sayShadows,
  sayWay,
} from '../http/page/ways.js';
import type { ExplainedMap, Explanation, SenderExplanation } from '../maps/explain.ts';
import { printable } from '../printable.ts';
import { formatReply } from '../socketmap/protocol.ts';

/** Writes an explanation for people: what Postfix will say, who it is, and a line for each map. */
export function formatExplanation({ key, normalised, domain, maps, verdict }: Explanation): string {
  return join([
    `Postfix will say ${verdict.code}: ${verdict.reason}`,
    '',
    sayKey(key, normalised),
    ...(domain === undefined ? [] : [`domain ${domain.name}: ${OURS[domain.ours]}`]),
    ...sayFound(maps),
    '',
    ...formatMaps(maps, key, normalised),
    ...sayMirrors(maps),
    ...sayShadows(maps),
  ]);
}

/** Writes whether a login may send as an address. */
export const formatSender = ({
  key,
  normalised,
  login,
  maps,
  verdict,
}: SenderExplanation): string =>
  join([
    `Postfix will say ${verdict.code} to MAIL FROM of ${login}: ${verdict.reason}`,
    '',
    sayKey(key, normalised),
    ...sayFound(maps),
    '',
    ...formatMaps(maps, key, normalised),
  ]);

/** Writes what an id in mail.log stands for, and how the same is answered now. */
export function formatTrace({ trace, now }: TraceExplanation): string {
  const { id, when, ageMs, map, key, cause, directory, reason } = trace;
  return [
    printable(`${id}: ${map} ${key} was answered TEMP at ${when}, ${sayAge(ageMs)} ago`),
    printable(`  ${directory}: unknown (${cause}): ${reason}`),
    ...(now === undefined ? [] : ['', 'now:', '', formatExplanation(now)]),
  ].join('\n');
}

/** A line each, whatever it holds. */
const join = (lines: readonly string[]): string => lines.map(printable).join('\n');

function formatMaps(
  maps: readonly ExplainedMap[],
  asked: string,
  normalised: string = asked,
): readonly string[] {
  const names = maps.map(({ map, key }) => (key === asked ? map : `${map} ${key}`));
  const width = Math.max(0, ...names.map(({ length }) => length));
  return maps.map((explained, i) => {
    const reply = formatReply(explained.answer).trimEnd();
    return `${(names[i] ?? '').padEnd(width)} → ${reply}: ${sayWay(explained, normalised)}`;
  });
}
