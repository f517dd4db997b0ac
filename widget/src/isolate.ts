// The chat in a frame of the chat server's origin, where neither the page's scripts
// can read it nor it the page's (`isolation: 'iframe'`). This is the page's side: the
// button is here, everything else is asked for by messages, to one origin and from it.
import badgeCss from './style/badge.css';
import { Badge } from './badge';
import type { ConversationState, Core, HandoffState, OpenOptions, Panel } from './core';
import { isFromFrame, type FromFrame, type ToFrame } from './framing';
import { Storage } from './storage';
import type { Attributes } from './types';

export { speak } from './words';

const patience = 5_000;
const common = 'all:initial!important;border:0!important;';

export function mount(core: Core): Panel {
  return new Isolated(core);
}

/** The session of a frame is the frame's to end. */
export async function wipe(core: Core, o?: { forget?: boolean }): Promise<void> {
  await new Isolated(core).shutdown(o);
}

class Isolated implements Panel {
  private readonly element = document.createElement('iframe');
  private readonly badge: Badge;
  private readonly kept: Storage;
  private readonly media = matchMedia('(max-width: 480px), (max-height: 480px)');
  private waiting: ToFrame[] | undefined = [];
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private calls = 0;
  private loaded = false;
  private shown = false;
  private focus = false;
  /** Gets the focus when somebody closes the chat who is in it. */
  private opener: HTMLElement | undefined;
  private latest: HandoffState = { status: 'idle', unread: 0, conversation: { phase: 'bot' } };

  constructor(private readonly core: Core) {
    const { base, options } = core;
    core.sheet.replaceSync(core.css + badgeCss);
    this.badge = new Badge(core);
    // Only that there is a chat, so that the next page fetches this without being asked.
    this.kept = new Storage(options.key, options.persistence);
    this.element.title = core.config.title || 'Chat';
    this.element.allow = 'clipboard-write';
    this.element.onload = () => { this.loaded = true; };
    this.element.src = `${base}/widget/frame?${new URLSearchParams({ key: options.key, origin: location.origin, locale: core.config.language ?? 'en' })}`;
    this.element.dataset['handoff'] = 'frame';
    this.place();
    window.addEventListener('message', this.hear);
    window.addEventListener('popstate', this.back);
    this.media.addEventListener('change', this.place);
    (options.container ?? document.documentElement).append(this.element);
  }

  open(o: OpenOptions, focus: boolean): void {
    this.focus = focus;
    const active = document.activeElement as HTMLElement;
    if (!this.shown) this.opener = focus && active.matches(':not(body,handoff-widget)') ? active : undefined;
    void this.call('open', o, focus);
    if (!this.waiting || !this.loaded) return;
    // What has loaded is not the chat: the server was out of reach.
    this.loaded = false;
    this.element.src += '';
  }

  close(): void {
    void this.call('close');
  }

  isOpen(): boolean {
    return this.shown;
  }

  send(text: string, o?: { silent?: boolean }): { id: string } {
    return this.call('send', text, o) as unknown as { id: string };
  }

  escalate(o?: { reason?: string; fields?: Record<string, string> }): Promise<ConversationState> {
    return this.call('escalate', o) as Promise<ConversationState>;
  }

  cancelEscalation(): Promise<void> {
    return this.call('cancelEscalation') as Promise<void>;
  }

  setContext(attributes: Attributes): void {
    void this.call('setContext', attributes);
  }

  identify(user: { jwt: string }): Promise<{ verified: true; visitorId: string }> {
    return this.call('identify', user) as Promise<{ verified: true; visitorId: string }>;
  }

  track(name: string, props?: Attributes): void {
    void this.call('track', name, props);
  }

  refresh(): void {
    this.place();
    void this.call('refresh', this.portable(), this.core.config);
  }

  state(): HandoffState {
    return this.latest;
  }

  leave(): void {
    window.removeEventListener('message', this.hear);
    window.removeEventListener('popstate', this.back);
    this.media.removeEventListener('change', this.place);
    this.element.remove();
  }

  async shutdown(o?: { forget?: boolean }): Promise<void> {
    this.kept.clear();
    this.show(false);
    await Promise.race([this.call('shutdown', o), new Promise((resolve) => setTimeout(resolve, patience))]).catch(() => undefined);
    this.leave();
  }

  /** What can travel: the place of the chat and its trigger stay on this side. */
  private portable(): Core['options'] {
    const { container, launcher, ...rest } = this.core.options;
    return rest;
  }

  private call(name: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.calls;
    this.post({ handoff: 'call', id, name, args });
    const answer = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
    answer.catch(() => undefined);
    return answer;
  }

  private post(message: ToFrame): void {
    if (this.waiting) this.waiting.push(message);
    else this.element.contentWindow?.postMessage(message, this.core.base);
  }

  private readonly hear = ({ source, origin, data }: MessageEvent): void => {
    if (source === null || source !== this.element.contentWindow || origin !== this.core.base || !isFromFrame(data)) return;
    if (data.handoff === 'ready') this.ready();
    else if (data.handoff === 'event') this.event(data);
    else if (data.handoff === 'asked') this.asked(data);
    else {
      const call = this.pending.get(data.id);
      this.pending.delete(data.id);
      if (data.error === undefined) call?.resolve(data.value);
      else call?.reject(new Error(data.error));
    }
  };

  private ready(): void {
    const early = this.waiting ?? [];
    this.waiting = undefined;
    this.post({ handoff: 'boot', options: this.portable(), config: this.core.config });
    for (const message of early) this.post(message);
    // WebKit may load it anew when the back button is pressed: it stands as it did, unless that button was to close it.
    if (this.shown) void this.call('open', {});
    this.back();
  }

  private event({ name, detail, state, open }: Extract<FromFrame, { handoff: 'event' }>): void {
    this.latest = state;
    if (open !== this.shown) this.show(open);
    if (name === 'conversation:started') this.kept.save({ conversation: { id: 'framed' } });
    if (name === 'unread') this.badge.show(state.unread);
    else this.core.emit(name, detail);
  }

  // A listener of the page decides here; the frame waits for what it says.
  private asked({ id, reason }: Extract<FromFrame, { handoff: 'asked' }>): void {
    let taken = false;
    const answer = (verdict: 'go' | 'proceed' | 'abort', fields?: Record<string, string>): void => this.post({ handoff: 'answer', id, verdict, ...(fields && { fields }) });
    const detail = {
      reason, preventDefault: () => { taken = true; }, proceed: (fields?: Record<string, string>) => answer('proceed', fields), abort: () => answer('abort'),
    };
    if (this.core.emit('escalation:requested', detail) && !taken) answer('go');
  }

  private show(open: boolean): void {
    this.shown = open;
    this.core.launcher.setAttribute('aria-expanded', String(open));
    const inside = document.activeElement === this.element;
    this.place();
    if (open && this.focus) {
      this.element.focus();
      void this.call('focus'); // nothing in a frame that is not seen takes it
    }
    if (!open && inside) (this.opener ?? this.core.launcher).focus();
    this.focus = false;
    // The back button of a phone closes what covers the page.
    if (!open && history.state?.handoff) history.back();
    if (open && this.media.matches && !history.state?.handoff && !this.core.options.container) history.pushState({ ...history.state, handoff: true }, '');
  }

  private readonly back = (): void => {
    if (this.shown && this.media.matches && !history.state?.handoff) this.close();
  };

  private readonly place = (): void => {
    const { container, offset, position } = this.core.options;
    const side = (position === 'left') === (this.core.container.dir === 'rtl') ? 'right' : 'left';
    const { x, y } = offset ?? { x: 20, y: 20 };
    const where = container ? 'display:block!important;width:100%!important;height:100%!important;'
      : this.media.matches ? 'position:fixed!important;inset:0!important;width:100%!important;height:100%!important;z-index:2147483647!important;'
        : `position:fixed!important;z-index:2147483647!important;bottom:${y + 76}px!important;${side}:${x}px!important;width:400px!important;max-width:calc(100vw - ${x + 20}px)!important;`
          + `height:min(680px,100vh - ${y + 84}px)!important;border-radius:16px!important;box-shadow:0 12px 40px #0f121e29,0 0 0 1px #0f121e0f!important;`;
    this.element.style.cssText = common + where + (this.shown ? '' : 'visibility:hidden!important;');
  };
}
