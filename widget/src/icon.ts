// The page's icon while something is unread (`unreadIcon`). What the page had stands
// on the link itself: a copy of its head that the page keeps goes back as well.
import type { Core } from './core';

const icons = 'link[rel~=icon i][href]:not([href=""])';
/** Its own address; none on a link of ours. */
const had = 'data-handoff-icon';

export class PageIcon {
  /** The last that was shown. */
  private address = '';
  private unread = 0;
  private readonly swapped = new MutationObserver(() => this.draw());

  /** It ends when the widget leaves the page. */
  constructor(readonly core: Core) {
    addEventListener('handoff:unread', this.hear);
  }

  show(unread: number): void {
    this.unread = unread;
    this.draw();
  }

  private readonly hear = (event: Event): void => this.show((event as CustomEvent<{ count: number }>).detail.count);

  // The page may bring another head, or an icon later; a link that it changes itself is let be.
  private draw(): void {
    const { options, root: { host } } = this.core;
    this.swapped.disconnect();
    const wanted = host.isConnected && this.unread > 0 ? options.unreadIcon : undefined;
    if (wanted !== this.address) this.restore();
    if (wanted) this.replace((this.address = wanted));
    if (!host.isConnected) removeEventListener('handoff:unread', this.hear);
    else for (const parent of [document.documentElement, document.head, host.parentNode]) if (parent) this.swapped.observe(parent, { childList: true });
  }

  private replace(address: string): void {
    if (!document.querySelector(icons)) {
      const link = document.createElement('link');
      link.setAttribute(had, '');
      link.rel = 'icon';
      link.href = address;
      document.head?.append(link);
    }
    for (const link of document.querySelectorAll<HTMLLinkElement>(`${icons}:not([${had}])`)) {
      link.setAttribute(had, link.getAttribute('href') as string);
      link.href = address;
    }
  }

  private restore(): void {
    for (const link of document.querySelectorAll<HTMLLinkElement>(`link[${had}]`)) {
      const own = link.getAttribute(had);
      link.removeAttribute(had);
      if (!own) link.remove();
      else if (link.getAttribute('href') === this.address) link.href = own;
    }
  }
}
