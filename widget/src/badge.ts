// What the panel adds to the button: how many messages wait, and which way it goes.
import type { Core } from './core';
import { en as s } from './strings/en';
import { say } from './words';
import { h } from './view/dom';
import { draw } from './view/draw';

const chevron = 'm4.5 7.5 5.5 5.5 5.5-5.5';

export class Badge {
  count = 0;
  private readonly element = h('span', { class: 'badge', hidden: true });

  constructor(private readonly core: Core) {
    core.launcher.append(draw('down', chevron), this.element);
  }

  show(count: number): void {
    if (count === this.count) return;
    this.count = count;
    this.element.hidden = count === 0;
    this.element.textContent = count > 9 ? '9+' : String(count);
    this.core.launcher.setAttribute('aria-label', count > 0 ? say(s.openUnread, count) : s.openChat);
    this.core.emit('unread', { count });
  }
}
