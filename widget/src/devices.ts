// What concerns all her devices: the link that continues the chat on another one,
// and the end of it on every one. Fetched when the menu's entry is pressed.
import css from './style/devices.css';
import { adopt, h, learn, s, say, setText } from './kit';
import { qr } from './qr';
import { devices as words } from './strings/devices';
import { card, type Team } from './team';
import type { ConversationLink } from './types';

learn(words);

const svg = 'http://www.w3.org/2000/svg';

/** The link as a card, with what a camera reads beside it on a screen that is no phone's. */
export function link({ url, expires_in: seconds }: ConversationLink, { window, place }: Team): HTMLElement {
  adopt(window.core.container, css);
  const intro = h('p', { id: 'link-intro' }, say(s.linkOnce, Math.round(seconds / 60)));
  const field = h('input', { readonly: true, value: url, dir: 'ltr', 'aria-label': s.otherDevice, 'aria-describedby': 'link-intro', 'data-handoff': 'link' });
  field.addEventListener('focus', () => field.select());
  const picture = window.isPhone() ? undefined : drawn(url, s.otherDevice);
  const copy = async (): Promise<void> => {
    field.focus();
    await navigator.clipboard?.writeText(url).then(() => done(s.copied), () => undefined);
  };
  const element = card(h('h3', {}, s.otherDevice), intro, picture ? [picture, field] : [field], s.copy, place.leave, copy, s.dismiss);
  const button = element.querySelector('.primary span') as HTMLElement;
  const done = (text: string): void => setText(button, text);
  setTimeout(() => {
    setText(intro, s.linkOver);
    for (const node of [field, picture, element.querySelector('.primary')]) node?.remove();
  }, seconds * 1000);
  element.dataset['handoff'] = 'link-card';
  return element;
}

/** Asks before everything goes; `clear` rejects with words for her. */
export function ending(clear: () => Promise<void>, { place }: Team): HTMLElement {
  const element = card(h('h3', {}, s.endAndClear), h('p', {}, s.clearAsk), [], s.endAndClear, place.leave, clear, s.cancel);
  element.dataset['handoff'] = 'clear-card';
  return element;
}

function drawn(url: string, name: string): Element | undefined {
  const rows = qr(url);
  if (!rows) return undefined;
  const picture = document.createElementNS(svg, 'svg');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join(''));
  for (const [key, value] of Object.entries({ class: 'qr', role: 'img', 'aria-label': `QR: ${name}`, viewBox: `-4 -4 ${rows.length + 8} ${rows.length + 8}`, 'shape-rendering': 'crispEdges' })) picture.setAttribute(key, value);
  picture.append(path);
  return picture;
}
