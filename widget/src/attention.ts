// What reaches a visitor who is not looking at the chat: the last words beside
// the launcher, and the number before the page's title. It never opens anything and
// never moves.
import type { Core } from './core';
import { amendmentOf, isRemoved, s, wordsOf } from './kit';
import type { ChatState } from './store';
import { Preview } from './view/preview';

export class Attention {
  private readonly card: Preview;
  private shown = 0;
  private dismissed = 0;
  private prefix = '';

  constructor(core: Core, open: () => void) {
    this.card = new Preview('preview', open, () => this.dismiss());
    core.launcher.after(this.card.element);
  }

  update(state: ChatState, unread: number, open: boolean): void {
    const last = unread > 0 && !open ? state.messages.filter((message) => ['bot', 'agent'].includes(message.from.role) && !isRemoved(amendmentOf(state, message))).pop() : undefined;
    this.shown = last && last.seq > Math.max(state.read, this.dismissed) ? last.seq : 0;
    this.card.element.hidden = this.shown === 0;
    this.card.say(last?.from.name ?? s.assistant, (last && wordsOf(state, last)) ?? '');
    this.title(document.visibilityState === 'hidden' ? unread : 0);
  }

  stop(): void {
    this.title(0);
    this.card.element.remove();
  }

  private dismiss(): void {
    this.dismissed = this.shown;
    this.card.element.hidden = true;
  }

  // Before whatever title the page has now: the page may change it meanwhile.
  private title(count: number): void {
    const own = document.title.startsWith(this.prefix) ? document.title.slice(this.prefix.length) : document.title;
    this.prefix = count > 0 ? `(${count}) ` : '';
    if (document.title !== this.prefix + own) document.title = this.prefix + own;
  }
}
