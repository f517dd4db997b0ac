// The site's accent, made readable: contrast is measured with the WCAG formula
// and repaired by walking the lightness in OKLCH, which keeps the hue.

/** Fill and the ink on it; `line` is the accent where it is drawn on the surface: rings and icons. */
export interface Accent { fill: string; ink: string; line: string }

/** Repairs the accent that the launcher took as it came, for both themes. */
export function applyAccent(container: HTMLElement): void {
  const given = container.style.getPropertyValue('--al').trim();
  if (given === '') return;
  for (const [theme, surface] of Object.entries(surfaces)) {
    const accent = accentFor(given, surface);
    if (!accent) return;
    container.style.setProperty(`--a${theme[0]}`, accent.fill);
    container.style.setProperty(`--i${theme[0]}`, accent.ink);
    container.style.setProperty(`--r${theme[0]}`, accent.line);
  }
}

type RGB = [number, number, number];

const white = '#ffffff';
const dark = '#0e1020';
export const surfaces = { light: '#ffffff', dark: '#15171c' };

/** Accent and ink for one theme; undefined when the colour is not #rgb or #rrggbb. */
export function accentFor(colour: string, surface: string): Accent | undefined {
  const rgb = parse(colour);
  if (!rgb) return undefined;
  const step = surface === surfaces.light ? -0.02 : 0.02;
  const fill = walk(rgb, step, (colour) => contrast(colour, inkOn(colour)) >= 4.5);
  return { fill, ink: inkOn(fill), line: walk(rgb, step, (colour) => contrast(colour, surface) >= 3) };
}

function walk(rgb: RGB, step: number, good: (colour: string) => boolean): string {
  const [l, c, hue] = toOklch(rgb);
  let colour = hex(rgb);
  for (let i = 1; i <= 50 && !good(colour); i++) colour = hex(fromOklch([Math.min(1, Math.max(0, l + step * i)), c, hue]));
  return colour;
}

function inkOn(fill: string): string {
  return contrast(fill, white) >= contrast(fill, dark) ? white : dark;
}

/** WCAG contrast ratio of two hex colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parse(a) as RGB), luminance(parse(b) as RGB)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function parse(text: string): RGB | undefined {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  if (!match) return undefined;
  const digits = (match[1] as string).length === 3 ? (match[1] as string).replace(/./g, '$&$&') : (match[1] as string);
  return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16) / 255) as RGB;
}

function hex(rgb: RGB): string {
  return '#' + rgb.map((v) => Math.round(Math.min(1, Math.max(0, v)) * 255).toString(16).padStart(2, '0')).join('');
}

function linear(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function gamma(v: number): number {
  return v <= 0.00313 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055;
}

function luminance(rgb: RGB): number {
  const [r, g, b] = rgb.map(linear) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function toOklch(rgb: RGB): RGB {
  const [r, g, b] = rgb.map(linear) as RGB;
  const l = Math.cbrt(0.41222 * r + 0.53633 * g + 0.05144 * b);
  const m = Math.cbrt(0.21190 * r + 0.68069 * g + 0.10739 * b);
  const s = Math.cbrt(0.08830 * r + 0.28171 * g + 0.62997 * b);
  const a = 1.97799 * l - 2.42859 * m + 0.45059 * s;
  const bb = 0.02590 * l + 0.78277 * m - 0.80867 * s;
  return [0.21045 * l + 0.79361 * m - 0.00407 * s, Math.hypot(a, bb), Math.atan2(bb, a)];
}

function fromOklch([light, chroma, hue]: RGB): RGB {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (light + 0.39633 * a + 0.21580 * b) ** 3;
  const m = (light - 0.10556 * a - 0.06385 * b) ** 3;
  const s = (light - 0.08948 * a - 1.29148 * b) ** 3;
  return ([
    4.07674 * l - 3.30771 * m + 0.23096 * s,
    -1.26843 * l + 2.60975 * m - 0.34131 * s,
    -0.00419 * l - 0.70341 * m + 1.70761 * s,
  ] as RGB).map((v) => gamma(Math.max(0, v))) as RGB;
}
