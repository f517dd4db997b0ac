// The button in the corner, and the shadow root everything lives in.
import type { Core, Options } from './core';
import type { WidgetConfig } from './types';
import { draw } from './view/draw';

const ours = '3b4fd8';
const bubble = 'M10 3.2c4.1 0 7.3 2.7 7.3 6.2s-3.2 6.2-7.3 6.2c-.9 0-1.8-.1-2.6-.4L3.6 16.8l.9-3.3C3.4 12.4 2.7 11 2.7 9.4c0-3.5 3.2-6.2 7.3-6.2Z';

/**
 * Puts the host beside body: a transform on body does not move it, a swap of body does
 * not remove it. Throws where the browser is too old for the colours, before anything
 * is on the page; one without constructable style sheets is older still.
 */
export function paint(config: WidgetConfig, options: Options, css: string): Pick<Core, 'root' | 'container' | 'launcher' | 'sheet'> {
  if (!CSS.supports('color:light-dark(#FFFFFF,#15171C)')) throw 0;
  const host = document.createElement('handoff-widget');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const container = document.createElement('div');
  container.className = 'h';
  container.setAttribute('part', 'chat'); // where a site sets the properties of the look
  look(container, config, options);
  const launcher = button(config.launcher ?? 'Open chat');
  container.append(launcher);
  root.append(container);
  document.documentElement.append(host);
  return { root, container, launcher, sheet };
}

/** Theme, side, direction and colour; the style knows no other values than ours. */
export function look(container: HTMLElement, config: WidgetConfig, { theme, position, accent, dir }: Options): void {
  const { language = 'en' } = config;
  container.lang = language;
  container.dir = dir === 'ltr' || dir === 'rtl' ? dir : /^(ar|he)/.test(language) ? 'rtl' : 'ltr';
  container.dataset['theme'] = theme ?? 'auto';
  container.dataset['position'] = position ?? 'right';
  colour(container, accent ?? config.accent);
}

function button(label: string): HTMLButtonElement {
  const launcher = document.createElement('button');
  const attributes = {
    class: 'launcher', type: 'button', 'data-handoff': 'launcher', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-controls': 'panel', 'aria-label': label,
  };
  for (const [name, value] of Object.entries(attributes)) launcher.setAttribute(name, value);
  launcher.append(draw('chat', bubble));
  return launcher;
}

// The ink that reads better on the accent. The panel repairs an accent on which
// neither does; the two inks meet at this luminance (white and #0E1020, WCAG).
function colour(container: HTMLElement, accent: string | undefined): void {
  const digits = /^#([0-9a-f]{6})$/i.exec(accent ?? '')?.[1];
  if (!digits || digits.toLowerCase() === ours) return;
  const [r, g, b] = [0, 2, 4].map((i) => (parseInt(digits.slice(i, i + 2), 16) / 255) ** 2.2) as [number, number, number];
  const ink = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.193 ? '#0e1020' : '#fff';
  for (const theme of 'ld') {
    container.style.setProperty('--a' + theme, '#' + digits);
    container.style.setProperty('--i' + theme, ink);
  }
}
