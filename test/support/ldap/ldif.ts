/** An entry to be: its name, and its attributes in order. An attribute without values is left out. */
export interface NewEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, Value | readonly Value[]>>;
}

/** Text, or bytes that are none. */
type Value = string | Buffer;

/** Writes entries as LDIF (RFC 2849). Lines are not folded. */
export function formatLdif(entries: readonly NewEntry[]): string {
  return entries.map(formatEntry).join('\n');
}

function formatEntry({ dn, attributes }: NewEntry): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    [values].flat().map((value) => formatLine(name, value)),
  );
  return [formatLine('dn', dn), ...lines, ''].join('\n');
}

/** Values that are not plain ASCII, or begin as a value of another form would, stand in base 64. */
function formatLine(name: string, value: Value): string {
  const isPlain = typeof value === 'string' && /^([!-9;=-~][ -~]*(?<! ))?$/.test(value);
  return isPlain ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`;
}
