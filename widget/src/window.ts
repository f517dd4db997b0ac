// The panel on screen: it puts the views together, answers their actions, and
// knows what is only on screen: the notice and the countdown.
import type { Announcer } from './a11y';
import { sentence } from './api';
import { bring } from './bring';
import type { Chat } from './chat';
import type { Core } from './core';
import type { Frame } from './frame';
import type { Storage } from './storage';
import { en as s } from './strings/en';
import type { Team } from './team';
import type { FileRef } from './types';
import { banner } from './view/banner';
import { chips, stopper } from './view/chips';
import { Composer } from './view/composer';
import { h, listen } from './view/dom';
import { footer } from './view/footer';
import { header, type Header } from './view/header';
import { Log } from './view/log';
import type { Actions, Model, View } from './view/model';
import { Shell } from './view/shell';

const noticeFor = 6_000;
const tryTeamAgain = 5_000;

export class Window {
  readonly shell: Shell;
  readonly log: Log;
  readonly header: Header;
  readonly composer: Composer;
  /** What few visits need: there when it has been needed, or some time after the first open. */
  team: Team | undefined;
  private coming: Promise<Team> | undefined;
  private files: typeof import('./files') | undefined;
  readonly actions: Actions;
  private readonly views: View[];
  private limitedUntil = 0;
  private notice = '';
  private noticeUntil = 0;
  private readonly gone = new AbortController();

  constructor(
    readonly core: Core,
    readonly chat: Chat,
    readonly storage: Storage,
    readonly announcer: Announcer,
    readonly frame: Frame,
    /** Nothing of this visitor stays, on the page or in the browser. */
    readonly forget: () => void,
  ) {
    const actions = (this.actions = this.make());
    this.header = header(actions);
    const top = banner(actions);
    this.log = new Log(actions);
    const [choices, stop] = [chips(actions), stopper(actions)];
    this.composer = new Composer(actions);
    this.views = [this.header, top, this.log, stop, choices, this.composer];
    const dock = h('div', { class: 'dock' }, stop.element, choices.element, this.composer.element, footer(core));
    this.shell = new Shell(core.container, () => this.escape(), [
      this.header.element, top.element, this.log.element, dock, announcer.element, announcer.alertElement,
    ]);
    listen(window, 'popstate', this.back, this.gone.signal);
    listen(this.shell.dialog, 'dragover drop', this.given);
    listen(this.composer.area, 'paste', this.given);
    // What has been pressed beside the field must not move away under the finger: only the field makes room, until the focus is elsewhere.
    listen(dock, 'focusin', ({ target }) => target === this.composer.area && this.shell.dialog.classList.add('typing'));
    listen(dock, 'focusout', (event) => dock.contains((event as FocusEvent).relatedTarget as Node | null) || this.shell.dialog.classList.remove('typing'));
    // Only what stands open comes again where it was.
    listen(window, 'pagehide', () => storage.mark({ below: this.isOpen() && !this.log.scroller.following ? this.log.scroller.below() : undefined }), this.gone.signal);
    const { draft } = storage.load();
    if (draft) this.composer.setText(draft);
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
      this.storage.mark({ open: true });
      // The back button of a phone closes what covers the page.
      if (this.isPhone() && !history.state?.handoff && !('framed' in this.core.container.dataset)) history.pushState({ ...history.state, handoff: true }, '');
      this.opened(true);
      this.draw();
      this.log.scroller.settle(undefined);
      this.frame.ask();
      (window.requestIdleCallback ?? setTimeout)(() => this.bring());
    }
    if (focus) this.composer.focus();
  }

  // A file is never left to the browser, which would open it in place of the page; it
  // is kept until what takes it is there.
  private readonly given = (event: Event): void => {
    const data = (event as DragEvent).dataTransfer ?? (event as ClipboardEvent).clipboardData;
    if (!data?.types.includes('Files') || (event.type === 'paste' && this.composer.attach.hidden)) return;
    event.preventDefault();
    const files = [...data.files]; // the list empties itself
    if (event.type !== 'dragover') this.actions.team((team) => team.attach.take(files));
  };

  /** A chat that stands in the page stays open. */
  close(): void {
    if (this.isOpen() && !('inline' in this.core.container.dataset)) this.shut();
  }

  private readonly back = (): void => {
    if (!history.state?.handoff && this.isPhone()) this.close();
  };

  private shut(): void {
    if (history.state?.handoff) history.back();
    this.team?.dismiss();
    this.shell.close();
    this.storage.mark({ open: undefined });
    this.opened(false);
  }

  private opened(open: boolean): void {
    this.core.launcher.setAttribute('aria-expanded', String(open));
    this.core.emit(open ? 'open' : 'close');
  }

  /** A panel that is open stands open again when the widget comes back. */
  destroy(): void {
    this.gone.abort();
    this.team?.stop();
    if (this.isOpen()) this.shell.close();
    this.shell.dialog.remove();
  }

  /** The team's module. One that does not arrive is asked for again by the next who needs it, after some time. */
  need(): Promise<Team> {
    this.coming ??= bring<typeof import('./team')>('./team.js').then(({ Team }) => {
      this.team = new Team(this);
      if (this.gone.signal.aborted) this.team.stop();
      this.frame.ask();
      return this.team;
    });
    this.coming.catch(() => setTimeout(() => { this.coming = undefined; }, tryTeamAgain));
    return this.coming;
  }

  private bring(): void {
    if (!this.coming && !this.gone.signal.aborted) void this.need();
  }

  returned(text: string, seconds: number, files?: FileRef[]): void {
    if (files) void this.need().then(({ attach }) => attach.restore(files), () => undefined);
    const typed = this.composer.text();
    this.composer.setText([text, typed].filter(Boolean).join('\n'));
    if (seconds > 0) this.limitedUntil = Date.now() + seconds * 1000;
    this.frame.ask();
  }

  /** Everything of one visitor goes from the page, at once and also from a panel that is shut. */
  clear(): void {
    this.composer.setText('');
    this.team?.clear();
    [this.limitedUntil, this.noticeUntil] = [0, 0];
    this.paint();
  }

  /** What is being typed in another tab; not while she writes here. */
  draft(text: string): void {
    if (document.visibilityState === 'hidden' && text !== this.composer.text()) this.composer.setText(text);
  }

  /** Draws what is open, and what tells of `unread` messages to somebody who does not look. */
  draw(unread = 0): void {
    if (unread > 0 || this.chat.state.phase !== 'bot') this.bring();
    if (this.isOpen()) this.paint();
    this.team?.attend();
  }

  private paint(): void {
    const model = this.model();
    const held = this.core.root.activeElement as HTMLElement | null;
    this.shell.dialog.dataset['phase'] = this.chat.state.phase;
    for (const view of this.views) view.update(model);
    this.team?.holdOn(held);
    this.composer.settle();
    this.log.settle();
    const wait = this.nextChange(model);
    if (wait > 0) this.frame.askIn(wait);
  }

  private model(): Model {
    const now = Date.now();
    const { state, blocked } = this.chat;
    return {
      config: this.core.config, chat: this.chat, base: this.core.base, now,
      limited: Math.max(0, Math.ceil((this.limitedUntil - now) / 1000)),
      notice: now < this.noticeUntil ? this.notice : '',
      team: this.team, care: this.team?.care(now),
      blocked: blocked || (state.phase === 'closed' && state.reason === 'blocked' ? s.blocked : ''),
    };
  }

  // Some of what is shown depends on the clock alone.
  private nextChange({ chat, now, limited }: Model): number {
    if (limited > 0 || chat.isAwaiting(now)) return 400;
    const due = [this.noticeUntil, chat.state.typing?.until ?? 0].filter((at) => at > now).map((at) => at - now + 20);
    if (chat.lostAt > 0) due.push(1_000);
    const passes = this.team?.next(now);
    if (passes) due.push(passes);
    return due.length > 0 ? Math.min(...due) : 0;
  }

  private escape(): void {
    if (!this.team?.dismiss()) this.close();
  }

  tell(text: string): void {
    this.notice = text;
    this.noticeUntil = Date.now() + noticeFor;
    this.frame.ask();
  }

  async attempt(action: Promise<unknown>): Promise<void> {
    try {
      await action;
    } catch (error) {
      this.tell(sentence(error));
    }
  }

  private make(): Actions {
    const { chat, storage } = this;
    return {
      send: (text, files) => {
        this.log.scroller.following = true;
        chat.send(text, files);
      },
      team: (act) => void this.attempt(this.need().then(act)),
      human: () => void this.attempt(this.need().then((team) => team.human())),
      showFiles: (place, files) => {
        const fill = (): void => this.files?.show(place, files, { api: chat.api, container: this.core.container });
        // At once if that can be: a line that is drawn anew keeps its height.
        if (this.files) fill();
        else void bring<typeof import('./files')>('./files.js').then((module) => { this.files = module; fill(); }, () => undefined);
      },
      retry: (id) => chat.outbox.retry(id),
      discard: (id) => chat.outbox.discard(id),
      again: () => {
        this.log.scroller.following = true;
        chat.again();
      },
      vote: (seq, up) => {
        chat.vote(seq, up);
        this.announcer.say(s.voted);
      },
      keepTrying: (seq) => {
        chat.decline(seq);
        this.composer.focus();
      },
      stop: () => chat.stop(),
      newChat: () => this.newChat(),
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

  newChat(): void {
    this.team?.forget();
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
