import { describe, expect, it } from 'vitest';
import { accentFor, contrast, surfaces } from '../src/colour';

describe('accentFor', () => {
  it('reads well on both themes, whatever the colour', () => {
    for (let r = 0; r < 256; r += 17) {
      for (let g = 0; g < 256; g += 51) {
        for (let b = 0; b < 256; b += 51) {
          const colour = '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('');
          for (const surface of Object.values(surfaces)) {
            const accent = accentFor(colour, surface);
            expect(contrast(accent?.fill ?? '', accent?.ink ?? ''), `${colour} ink`).toBeGreaterThanOrEqual(4.5);
            expect(contrast(accent?.line ?? '', surface), `${colour} on ${surface}`).toBeGreaterThanOrEqual(3);
          }
        }
      }
    }
  });

  it('leaves a good colour as it is', () => {
    expect(accentFor('#0B7A4B', surfaces.light)).toEqual({ fill: '#0b7a4b', ink: '#ffffff', line: '#0b7a4b' });
    expect(accentFor('#fc0', surfaces.dark)).toEqual({ fill: '#ffcc00', ink: '#0e1020', line: '#ffcc00' });
  });

  it('refuses what is no colour', () => {
    for (const text of ['red', '#12', '#1234567', 'url(x)', '#ggg']) expect(accentFor(text, surfaces.light)).toBeUndefined();
  });

  it('measures as the standard does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#3B4FD8', '#FFFFFF')).toBeCloseTo(6.37, 2);
  });
});
