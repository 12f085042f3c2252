import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { makePlace } from './instance.ts';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly text: string;
}

/** Runs a command in this process and keeps what it prints on standard output. */
export async function capture(command: () => Promise<number>): Promise<Printed> {
  const parts: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    parts.push(String(part));
    return true;
  });
  try {
    const code = await command();
    return { code, text: parts.join('') };
  } finally {
    write.mockRestore();
  }
}

/** Writes files into a place of their own; gives the options that name its `idpmap.yaml`. */
export async function configure(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly config: string; readonly place: string }> {
  const place = await makePlace();
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
  return { config: join(place, 'idpmap.yaml'), place };
}

/** The demo's people, and a domain that takes all mail. No file has to be read for them. */
export const COMPANY = {
  'idpmap.yaml': `
listen: unix:socketmap
control: control
domains:
  example.com: { directory: people, roles: { sales: user@example.com } }
  full.example: { directory: people, catchAll: user@example.com }
directories: { people: { type: demo } }
maps:
  user-exists: { kind: mailboxes }
  virtual-aliases: { kind: aliases }
  virtual-domains: { kind: domains }
  sender-logins: { kind: senders }
  blocked: { kind: table, directory: people, table: blacklist }
`,
};
