/** Prints a command's result: for people, or as JSON. Apart from what loads the configuration, which not every command does. */
export function print({ json }: { readonly json?: boolean }, result: unknown, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(result, null, 2) : text}\n`);
}
