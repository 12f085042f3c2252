/** A set of entries' numbers, an eighth of a byte each: a million of them are seen in a listing. */
export interface Bits {
  add(n: number): void;
  has(n: number): boolean;
}

/** Creates an empty one. */
export function createBits(): Bits {
  let bytes = new Uint8Array(1024);
  return {
    add: (n) => {
      const at = n >>> 3;
      if (at >= bytes.length) {
        const larger = new Uint8Array(Math.max(at + 1, bytes.length * 2));
        larger.set(bytes);
        bytes = larger;
      }
      bytes[at] = (bytes[at] ?? 0) | (1 << (n & 7));
    },
    has: (n) => ((bytes[n >>> 3] ?? 0) & (1 << (n & 7))) !== 0,
  };
}
