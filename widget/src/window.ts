// The panel on screen: it puts the views together, answers their actions, and
// knows what is only on screen: the notice, the open form, the countdown.
import type { Announcer } from './a11y';
import { sentence, type Api } from './api';
import type { Chat } from './chat';
import type { Core, FormSchema } from './core';
import type { DevicesHost } from './devices';
import type { Frame } from './frame';
import { Requests } from './requests';
import type { Storage } from './storage';
import { en as s } from './strings/en';
import { askOf, contactCard, fields, known, type Known } from './contact';
import { dueAt } from './waiting';
import { language } from './words';
import type { ContactFields, FileRef } from './types';
import { filesModule } from './view/attach';
import { banner } from './view/banner';
import { chips, stopper } from './view/chips';
import { Composer } from './view/composer';
import { h } from './view/dom';
import { footer } from './view/footer';
import { header } from './view/header';
import { Log } from './view/log';
import type { Entry } from './view/menu';
import type { Actions, Model, View } from './view/model';
import { Place } from './view/place';
import { Shell } from './view/shell';
import { download } from './transcript';

type DevicesModule = typeof import('./devices');

const noticeFor = 6_000;

export class Window {
  private readonly shell: Shell;
  private readonly log: Log;
  private readonly header: ReturnType<typeof header>;
  private readonly composer: Composer;
  private readonly views: View[];
  private limitedUntil = 0;
  private notice = '';
  private noticeUntil = 0;
  private contactAsked = false;
  private aside = -1;
  private wide = false;
  private readonly place: Place;
  private readonly requests: Requests;

  constructor(
    private readonly core: Core,
    private readonly chat: Chat,
    private readonly storage: Storage,
    private readonly announcer: Announcer,
    private readonly frame: Frame,
    private readonly forget: () => void,
  ) {
    this.requests = new Requests(chat, storage);
    const actions = this.actions();
    this.header = header(actions);
    const top = banner(actions);
    this.log = new Log(actions);
    this.place = new Place(this.log, () => this.composer.focus());
    const [choices, stop] = [chips(actions), stopper(actions)];
    this.composer = new Composer(actions);
    this.views = [this.header, top, this.log, stop, choices, this.composer];
    const dock = h('div', { class: 'dock' }, stop.element, choices.element, this.composer.element, footer(core));
    this.shell = new Shell(core.container, () => this.escape(), [
      this.header.element, top.element, this.log.element, dock, announcer.element, announcer.alertElement,
    ]);
    dock.addEventListener('focusin', () => this.shell.dialog.classList.add('typing'));
    dock.addEventListener('focusout', () => this.shell.dialog.classList.remove('typing'));
    this.composer.setText(storage.load().draft ?? '');
    this.composer.drops(this.shell.dialog);
  }

  isOpen(): boolean {
    return this.shell.isOpen();
  }

  isPhone(): boolean {
    return this.shell.isPhone();
  }

  open(draft: string | undefined, focus: boolean): void {
    if (draft !== undefined) this.composer.setText(draft);
    if (!this.isOpen()) {
      const active = document.activeElement as HTMLElement | null;
      const inPage = focus && active && active !== document.body && active !== this.core.root.host ? active : undefined;
      this.shell.open(inPage ?? this.core.launcher);
      this.storage.setOpen(true);
      // The back button of a phone closes what covers the page.
      if (this.isPhone() && !history.state?.handoff) history.pushState({ ...history.state, handoff: true }, '');
      window.addEventListener('popstate', this.back);
      this.opened(true);
      this.draw();
      this.log.scroller.settle(undefined);
      this.frame.ask();
    }
    if (focus) this.composer.focus();
  }

  /** A chat that stands in the page stays open. */
  close(): void {
    if (this.isOpen() && !('inline' in this.core.container.dataset)) this.shut();
  }

  private readonly back = (): void => {
    if (!history.state?.handoff && this.isPhone()) this.close();
  };

  private shut(): void {
    window.removeEventListener('popstate', this.back);
    if (history.state?.handoff) history.back();
    this.header.dismiss();
    this.composer.dismiss();
    this.shell.close();
    this.storage.setOpen(false);
    this.opened(false);
  }

  private opened(open: boolean): void {
    this.core.launcher.setAttribute('aria-expanded', String(open));
    this.core.emit(open ? 'open' : 'close');
  }

  /** A panel that is open stands open again when the widget comes back. */
  destroy(): void {
    window.removeEventListener('popstate', this.back);
    if (this.isOpen()) this.shell.close();
    this.shell.dialog.remove();
  }

  returned(text: string, seconds: number, files?: FileRef[]): void {
    if (files) void this.composer.restore(files);
    const typed = this.composer.text();
    this.composer.setText([text, typed].filter(Boolean).join('\n'));
    if (seconds > 0) this.limitedUntil = Date.now() + seconds * 1000;
    this.frame.ask();
  }

  /**
   * Asks for a person. A listener of the site may take it over; otherwise the
   * site's form comes first, if it has one. Resolves when the server has agreed, or
   * somebody has put it aside.
   */
  escalate(reason?: string, fields?: Record<string, string>): Promise<void> {
    if (!['bot', 'closed'].includes(this.chat.state.phase)) return Promise.resolve();
    const { form } = this.core.options.escalation ?? {};
    return new Promise((resolve, reject) => {
      let [open, taken] = [true, false];
      const once = (act: () => void): void => {
        if (open) act();
        open = false;
      };
      const proceed = (given = fields): void => once(() => void this.chat.escalate(reason, given).then(resolve, reject));
      const detail = { reason, preventDefault: () => { taken = true; }, proceed, abort: () => once(resolve) };
      const go = (): void => {
        if (typeof form === 'object' && !fields) this.ask(form, (given) => this.chat.escalate(reason, given).then(() => once(resolve)), detail.abort).catch(reject);
        else proceed();
      };
      const said = this.core.emit('escalation:requested', detail);
      if (said === true && !taken) go();
      else if (said) void Promise.resolve(said).then((free) => { if (free && !taken) go(); });
    });
  }

  private async ask(schema: FormSchema, send: (fields: Record<string, string>) => Promise<void>, aside: () => void): Promise<void> {
    const { form } = await import('./cards');
    this.open(undefined, false);
    this.place.show(form(this.core, schema, (given) => this.told(send(given)).then(this.place.leave), () => { this.place.leave(); aside(); }));
  }

  private async devices(make: (module: DevicesModule, host: DevicesHost) => Promise<HTMLElement>): Promise<void> {
    this.place.show(await make(await import('./devices'), { container: this.core.container, phone: this.isPhone(), aside: this.place.leave }));
  }

  earlierChats(): Promise<void> {
    return this.header.earlier();
  }

  async human(): Promise<void> {
    if (this.core.config.leave_message) this.contactAsked = true;
    this.log.scroller.following = true;
    await this.attempt(this.escalate());
    if (!this.place.isTaken()) this.composer.focus();
  }

  /** Everything of one visitor goes from the page, at once and also from a panel that is shut. */
  clear(): void {
    this.composer.setText('');
    this.place.clear();
    [this.contactAsked, this.aside, this.limitedUntil, this.noticeUntil] = [false, -1, 0, 0];
    this.paint();
  }

  /** What is being typed in another tab; not while she writes here. */
  draft(text: string): void {
    if (document.visibilityState === 'hidden' && text !== this.composer.text()) this.composer.setText(text);
  }

  draw(): void {
    if (this.isOpen()) this.paint();
  }

  private paint(): void {
    const model = this.model();
    this.shell.dialog.dataset['phase'] = this.chat.state.phase;
    for (const view of this.views) view.update(model);
    const wait = this.nextChange(model);
    if (wait > 0) this.frame.askIn(wait);
  }

  private model(): Model {
    const now = Date.now();
    const limited = Math.max(0, Math.ceil((this.limitedUntil - now) / 1000));
    const { state, outbox, ended } = this.chat;
    const { contact, muted = false } = this.storage.load();
    const [k, late] = [this.known(), this.chat.late(now)];
    const wish = { pressed: this.contactAsked, late, aside: this.aside, ended };
    return {
      config: this.core.config, chat: this.chat, base: this.core.base, now, limited, late, muted, wide: this.wide, phone: this.isPhone(),
      notice: now < this.noticeUntil ? this.notice : '',
      contact: contactCard(state, k, wish, this.core.config, now), fields: fields(state, k, this.contactAsked, outbox.items.length > 0),
      email: contact && contact.conversation === state.conversation?.id ? contact.email : '', rating: this.rating(),
      blocked: this.chat.blocked || (state.phase === 'closed' && state.reason === 'blocked' ? s.blocked : ''),
    };
  }

  private known(): Known {
    return known(this.chat.state, this.chat.follower.history);
  }

  private rating(): Model['rating'] {
    const { phase, rated, conversation, messages, reason } = this.chat.state;
    if (phase !== 'closed' || reason === 'blocked') return 'none';
    if (rated > 0) return 'thanks';
    const answered = messages.some((message) => message.from.role === 'agent' || message.from.role === 'bot');
    return answered && this.storage.load().unrated !== conversation?.id ? 'form' : 'none';
  }

  // Some of what is shown depends on the clock alone.
  private nextChange({ chat, now, limited }: Model): number {
    if (limited > 0 || chat.isAwaiting(now)) return 400;
    const due = [this.noticeUntil, chat.state.typing?.until ?? 0].filter((at) => at > now).map((at) => at - now + 20);
    if (chat.lostAt > 0) due.push(1_000);
    if (dueAt(chat.state, now) > now) due.push(dueAt(chat.state, now) - now);
    return due.length > 0 ? Math.min(...due) : 0;
  }

  private escape(): void {
    if (!this.header.dismiss() && !this.composer.dismiss()) this.close();
  }

  private tell(text: string): void {
    this.notice = text;
    this.noticeUntil = Date.now() + noticeFor;
    this.frame.ask();
  }

  private async attempt(action: Promise<unknown>): Promise<void> {
    try {
      await action;
    } catch (error) {
      this.tell(sentence(error));
    }
  }

  private actions(): Actions {
    const { chat, storage, requests } = this;
    return {
      send: (text, files) => {
        this.log.scroller.following = true;
        chat.send(text, files);
      },
      tray: async (changed) => {
        const { Tray } = await filesModule();
        const { upload_bytes: bytes = 0, uploads_per_message: count = 0 } = this.core.config.limits ?? {};
        return new Tray({ ...this.host(), limits: { bytes, count }, changed, tell: (text) => this.tell(text) });
      },
      showFiles: (place, files) => void filesModule().then(({ show }) => show(place, files, this.host()), () => undefined),
      notify: (text) => this.tell(text),
      retry: (id) => chat.outbox.retry(id),
      discard: (id) => chat.outbox.discard(id),
      human: () => void this.human(),
      redraw: () => this.frame.ask(),
      again: () => {
        this.log.scroller.following = true;
        chat.again();
      },
      vote: (seq, up) => {
        chat.vote(seq, up);
        this.announcer.say(s.voted);
      },
      mute: () => {
        storage.save({ muted: !storage.load().muted || undefined });
        this.frame.ask();
      },
      widen: () => {
        this.wide = !this.wide;
        this.core.container.toggleAttribute('data-wide', this.wide);
        this.frame.ask();
      },
      earlier: () => this.earlier(),
      keepTrying: (seq) => {
        chat.decline(seq);
        this.composer.focus();
      },
      cancelWaiting: () => void this.attempt(chat.cancelEscalation()),
      stop: () => chat.stop(),
      askContact: () => {
        this.contactAsked = true;
        this.log.scroller.following = true;
        this.frame.ask();
      },
      contact: (given) => this.sendContact(given),
      verify: (code) => this.told(requests.verify(code)),
      setAside: () => this.setAside(),
      rate: (score, comment) => requests.rate(score, comment),
      skipRating: () => {
        storage.save({ unrated: chat.state.conversation?.id });
        this.frame.ask();
      },
      newChat: () => this.newChat(),
      endChat: () => void this.attempt(requests.end()),
      otherDevice: () => void this.attempt(this.devices(async ({ link }, host) => link(await requests.link(), host))),
      endAndClear: () => void this.attempt(this.devices(({ ending }, host) => ending(() => this.told(requests.clear()).then(() => { this.forget(); this.composer.focus(); }), host))),
      transcript: () => void this.attempt(requests.transcript().then(download)),
      close: () => this.close(),
      copy: (text, button) => void this.copy(text, button),
      link: (url) => this.core.emit('link:clicked', { url }),
      older: () => void chat.follower.loadOlder(),
      typing: () => chat.typing(),
      draft: (text) => storage.save({ draft: text || undefined }),
      seen: () => {
        if (this.isOpen() && document.visibilityState === 'visible' && chat.state.last > 0) chat.read(chat.state.last);
      },
    };
  }

  private host(): { api: Api; base: string; container: HTMLElement } {
    return { api: this.chat.api, base: this.core.base, container: this.core.container };
  }

  private async sendContact(given: ContactFields): Promise<void> {
    await this.told(this.requests.contact(given));
    this.contactAsked = false;
    this.log.scroller.following = true;
    this.frame.ask();
  }

  /** Rejects with words for her. */
  private async told(action: Promise<void>): Promise<void> {
    await action.catch((error: unknown) => { throw new Error(sentence(error)); });
  }

  private setAside(): void {
    this.aside = askOf(this.chat.state, this.known(), this.chat.late(Date.now()));
    this.contactAsked = false;
    this.composer.focus();
    this.frame.ask();
  }

  /** Her other chats as a menu's entries; none is said in the notice. */
  private async earlier(): Promise<Entry[]> {
    const others = await this.requests.earlier().catch(() => undefined);
    if (!others?.length) this.tell(others ? s.noEarlier : s.actionFailed);
    return (others ?? []).slice(0, 8).map((ref) => ({
      label: [new Date(ref.updated_at ?? '').toLocaleDateString(language, { day: 'numeric', month: 'long' }), ref.reference].join(' · '), icon: 'history', hook: 'chat',
      act: () => {
        this.log.scroller.following = true;
        void this.chat.goTo(ref);
      },
    }));
  }

  private newChat(): void {
    this.contactAsked = false;
    this.aside = -1;
    this.chat.startOver();
    this.log.scroller.following = true;
    this.composer.focus();
  }

  private async copy(text: string, button: HTMLElement): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    button.textContent = s.copied;
    this.announcer.say(s.copied);
    setTimeout(() => { button.textContent = s.copy; }, 2_000);
  }
}
