// The greeting beside the launcher of somebody who was not in the chat yet: after
// some seconds, once in a visit, and only where it can be kept that it was. It opens
// nothing, takes no focus and is said once. A module of its own, fetched by sites
// that ask for it.
import greetingCss from './style/greeting.css';
import palette from './style/palette.css';
import previewCss from './style/preview.css';
import type { Core } from './core';
import { adopt, h, s, say } from './kit';
import { Storage } from './storage';
import { listen } from './view/dom';
import { Preview } from './view/preview';
import { speak } from './words';

const asideFor = 30 * 24 * 3_600_000;
const small = '(max-width: 480px), (max-height: 480px)';
const meetings = 'handoff:open handoff:conversation:started handoff:unread';

/** Greets after so many seconds, unless she goes to the chat before. */
export function greet(core: Core, seconds: number): void {
  const storage = new Storage(core.options.key, core.options.persistence);
  if (isKnown(storage)) return;
  new Greeting(core, storage).wait(seconds);
}

/** She was in the chat or was greeted in this visit, has a conversation, or has put the greeting aside. */
function isKnown(storage: Storage): boolean {
  const { conversation, outbox, aside = 0 } = storage.load();
  return !!(storage.visit().met || conversation || outbox?.length || Date.now() - aside < asideFor);
}

class Greeting {
  /** A live region speaks of what comes into it: it is there before the card. */
  private readonly live = h('div', { 'aria-live': 'polite' });
  private readonly over = new AbortController();

  constructor(private readonly core: Core, private readonly storage: Storage) {
    core.launcher.after(this.live);
    listen(window, meetings, this.end, this.over.signal);
    if (core.launcher.getAttribute('aria-expanded') === 'true') this.end();
  }

  wait(seconds: number): void {
    setTimeout(() => void this.begin(), seconds * 1000);
  }

  private async begin(): Promise<void> {
    const { core, over: { signal } } = this;
    if (signal.aborted || !core.root.host.isConnected) return this.end();
    await speak(core);
    if (signal.aborted) return;
    const { ai, greeting, title = '' } = core.config;
    const name = title || s.title;
    const card = new Preview('greeting', () => core.toggle(), this.dismiss);
    card.element.classList.add('greeting');
    card.say(ai === false ? name : s.aiAssistant, greeting || say(s.greeting, name));
    const show = (): void => this.show(card.element);
    adopt(core.container, palette + previewCss + greetingCss);
    listen(document, 'visibilitychange focusin focusout', show, signal);
    listen(window.visualViewport, 'resize', show, signal);
    new MutationObserver(show).observe(core.launcher, { attributeFilter: ['hidden'] });
    show();
  }

  // Beside a launcher that is seen; a phone's keys leave no room for it.
  private show(element: HTMLElement): void {
    const { core, live, over, storage } = this;
    if (over.signal.aborted) return;
    const first = !element.isConnected;
    const fits = document.visibilityState === 'visible' && core.launcher.getClientRects().length > 0 && !hasKeys();
    if (fits && first) {
      if (isKnown(storage) || !storage.mark({ met: true })) return this.end();
      live.append(element);
    }
    element.hidden = !fits;
    if (!fits && !first) live.removeAttribute('aria-live');
  }

  private readonly dismiss = (): void => {
    this.storage.save({ aside: Date.now() });
    if (this.core.root.activeElement) this.core.launcher.focus({ preventScroll: true }); // what had the keyboard goes
    this.end();
  };

  private readonly end = (): void => {
    this.over.abort();
    this.live.remove();
    // A widget that was shut down keeps nothing.
    if (this.core.root.host.isConnected) this.storage.mark({ met: true });
  };
}

function hasKeys(): boolean {
  if (!matchMedia(small).matches) return false;
  const { height = innerHeight, scale = 1 } = window.visualViewport ?? {};
  return !!document.activeElement?.matches('input,textarea,select,[contenteditable]') || height * scale < innerHeight * 0.75;
}
