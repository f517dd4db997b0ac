// A person's picture, or her initials. Pictures come from the chat server alone:
// any other address would tell a stranger who is chatting.
import { h } from './dom';

export function avatar(person: { name?: string; avatar?: string }, base: string): HTMLElement {
  const url = ownUrl(person.avatar, base);
  if (url === undefined) return h('span', { 'aria-hidden': 'true' }, initials(person.name ?? ''));
  const image = h('img', { src: url, alt: '', decoding: 'async' });
  image.addEventListener('error', () => image.replaceWith(h('span', { 'aria-hidden': 'true' }, initials(person.name ?? ''))));
  return image;
}

function ownUrl(raw: string | undefined, base: string): string | undefined {
  if (!raw) return undefined;
  try {
    const url = new URL(raw, base);
    return url.origin === base ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Up to two letters: of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => Array.from(word ?? '')[0]?.toLocaleUpperCase() ?? '').join('');
}
