import { describe, expect, it } from 'vitest';
import jsQR from 'jsqr';
import { qr } from '../src/qr';

/** What a reader that is not ours sees: four pixels a module, a quiet zone of four modules. */
function read(text: string): string | undefined {
  const rows = qr(text);
  if (!rows) return undefined;
  const side = (rows.length + 8) * 4;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) {
    if (rows[(y >> 2) - 4]?.[(x >> 2) - 4]) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  }
  return jsQR(pixels, side, side)?.data;
}

describe('qr', () => {
  const link = 'https://chat.example.com/resume#';
  it('is read by others, at all its sizes', () => {
    for (let n = 0; n + link.length <= 106; n += 3) {
      const text = link + 'AbC-_9z'.repeat(20).slice(0, n);
      expect(read(text), `${text.length} bytes`).toBe(text);
    }
  }, 60_000);
  it('takes nothing that is longer', () => {
    expect(qr('x'.repeat(107))).toBeUndefined();
  });
});
