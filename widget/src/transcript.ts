// What was said, as a file of the visitor's.
import { h } from './kit';

export function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  h('a', { href: url, download: 'chat.txt' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
