/**
 * Escapes a text so that it stands in a DN as one value, whatever it holds.
 * @see RFC 4514, 2.4
 */
export const escapeDnValue = (value: string): string =>
  value
    .replaceAll(/[\\"+,;<>=#]/g, (mark) => `\\${mark}`)
    .replaceAll('\0', '\\00')
    .replaceAll(/^ | $/g, '\\ ');
