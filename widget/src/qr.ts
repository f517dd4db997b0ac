// A QR code of a short text (ISO/IEC 18004): bytes, level L, versions 2 to 5, which
// have one block of codewords each and need no table; always the first mask.

/** Codewords for data and for correction, by version from 2. */
const room: [number, number][] = [[34, 10], [55, 15], [80, 20], [108, 26]];
/** The fifteen bits that say "level L, first mask". */
const format = 0b111011111000100;

/** Rows of modules, dark ones true; undefined when the text is too long. */
export function qr(text: string): boolean[][] | undefined {
  const bytes = [...new TextEncoder().encode(text)];
  const at = room.findIndex(([data]) => bytes.length + 2 <= data);
  const fits = room[at];
  if (!fits) return undefined;
  const size = 25 + 4 * at;
  const bits = codewords(bytes, ...fits).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i & 1) === 1));
  const rows = Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => fixed(x, y, size)));
  let next = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = (right + 1 & 2) === 0 ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        const row = rows[y] as (boolean | undefined)[];
        if (row[x] === undefined) row[x] = (bits[next++] ?? false) !== ((x + y) % 2 === 0);
      }
    }
  }
  return rows as boolean[][];
}

/** What stands at a place in every code of this size; undefined where data goes. */
function fixed(x: number, y: number, size: number): boolean | undefined {
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    const ring = Math.max(Math.abs(x - cx), Math.abs(y - cy));
    if (ring <= 4) return ring !== 2 && ring !== 4;
  }
  const ring = Math.max(Math.abs(x - size + 7), Math.abs(y - size + 7));
  if (ring <= 2) return ring !== 1;
  if (x === 6 || y === 6) return (x + y) % 2 === 0;
  if (x === 8 && (y < 9 || y >= size - 8)) return y === size - 8 || bit(y < 9 ? y - Number(y > 6) : y - size + 15);
  if (y === 8 && (x < 8 || x >= size - 8)) return bit(x < 8 ? 14 - x + Number(x > 6) : size - 1 - x);
  return undefined;
}

function bit(i: number): boolean {
  return (format >> i & 1) === 1;
}

function codewords(bytes: number[], data: number, correction: number): number[] {
  const nibbles = [4, bytes.length >> 4, bytes.length & 15, ...bytes.flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const words: number[] = [];
  for (let i = 0; i < nibbles.length; i += 2) words.push((nibbles[i] as number) << 4 | (nibbles[i + 1] as number));
  for (let pad = 0xec; words.length < data; pad ^= 0xec ^ 0x11) words.push(pad);
  return [...words, ...remainder(words, correction)];
}

/** Reed-Solomon over GF(256) by x^8+x^4+x^3+x^2+1. */
function remainder(words: number[], n: number): number[] {
  let divisor = [1];
  for (let i = 0, root = 1; i < n; i++, root = times(root, 2)) {
    const before = divisor;
    divisor = [...before, 0].map((c, j) => c ^ times(before[j - 1] ?? 0, root));
  }
  const rest = [...words, ...Array<number>(n).fill(0)];
  words.forEach((_, i) => {
    const factor = rest[i] as number;
    divisor.forEach((c, j) => { rest[i + j] = (rest[i + j] as number) ^ times(c, factor); });
  });
  return rest.slice(words.length);
}

function times(a: number, b: number): number {
  let product = 0;
  for (; b > 0; b >>= 1, a = a << 1 ^ (a >> 7) * 0x11d) if (b & 1) product ^= a;
  return product;
}
