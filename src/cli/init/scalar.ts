/** Writes a text in YAML, in quotes where it might read as something else. */
export const scalar = (text: string): string =>
  /^[a-z](?:[\w./-]|:(?=[/\d]))*$/i.test(text) && !/^(?:true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
