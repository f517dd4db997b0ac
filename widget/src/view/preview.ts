// The card beside the launcher: who, and the first words. A press opens the chat.
import { button, h, s, setText, tool } from '../kit';

export class Preview {
  readonly element: HTMLElement;
  private readonly name = h('b');
  private readonly words = h('span', { dir: 'auto' });

  /** It comes hidden. */
  constructor(hook: string, open: () => void, dismiss: () => void) {
    this.element = h('div', { class: 'preview', 'data-handoff': hook, hidden: true },
      button('', undefined, open, {}, this.name, this.words), tool('dismiss', s.dismiss, 'close', dismiss, { class: 'dismiss' }));
  }

  say(name: string, words: string): void {
    setText(this.name, name);
    setText(this.words, words);
  }
}
