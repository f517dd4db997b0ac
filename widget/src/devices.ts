// What concerns all her devices: the link that continues the chat on another one,
// and the end of it on every one. Fetched when the menu's entry is pressed.
import css from './style/devices.css';
import { adopt, h, language, s, say, setText } from './kit';
import { qr } from './qr';
import { deviceWords, type DeviceWords } from './strings/devices';
import type { ConversationLink } from './types';

export interface DevicesHost { container: HTMLElement; phone: boolean; aside(): void }

const svg = 'http://www.w3.org/2000/svg';

function spoken(): DeviceWords {
  return deviceWords[language.slice(0, 2).toLowerCase()] ?? (deviceWords['en'] as DeviceWords);
}

/** The link as a card, with what a camera reads beside it on a screen that is no phone's. */
export async function link({ url, expires_in: seconds }: ConversationLink, { container, phone, aside }: DevicesHost): Promise<HTMLElement> {
  const { card, dress } = await import('./cards');
  const words = spoken();
  dress(container);
  adopt(container, css);
  const intro = h('p', { id: 'link-intro' }, say(words.link, Math.round(seconds / 60)));
  const field = h('input', { readonly: true, value: url, dir: 'ltr', 'aria-label': s.otherDevice, 'aria-describedby': 'link-intro', 'data-handoff': 'link' });
  field.addEventListener('focus', () => field.select());
  const picture = phone ? undefined : drawn(url, s.otherDevice);
  const copy = async (): Promise<void> => {
    field.focus();
    await navigator.clipboard?.writeText(url).then(() => done(s.copied), () => undefined);
  };
  const element = card(h('h3', {}, s.otherDevice), intro, picture ? [picture, field] : [field], s.copy, aside, copy, s.dismiss);
  const button = element.querySelector('.primary span') as HTMLElement;
  const done = (text: string): void => setText(button, text);
  setTimeout(() => {
    setText(intro, words.over);
    for (const node of [field, picture, element.querySelector('.primary')]) node?.remove();
  }, seconds * 1000);
  element.dataset['handoff'] = 'link-card';
  return element;
}

/** Asks before everything goes; `clear` rejects with words for her. */
export async function ending(clear: () => Promise<void>, { container, aside }: DevicesHost): Promise<HTMLElement> {
  const { card, dress } = await import('./cards');
  dress(container);
  const element = card(h('h3', {}, s.endAndClear), h('p', {}, spoken().ask), [], s.endAndClear, aside, clear, s.cancel);
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
