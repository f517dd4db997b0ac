// The panel: everything behind the launcher. It is fetched on first interest
// and lives until shutdown.
import badgeCss from './style/badge.css';
import palette from './style/palette.css';
import css from './style/panel.css';
import { Announcer } from './a11y';
import { Api } from './api';
import { bring } from './bring';
import { Chat } from './chat';
import { Badge } from './badge';
import type { ConversationState, Core, HandoffState, OpenOptions, Panel } from './core';
import { watchPage } from './environment';
import { Frame } from './frame';
import { Storage } from './storage';
import type { Attributes } from './types';
import { unreadCount, wordsOf } from './store';
import { en as s } from './strings/en';
import { patience } from './view/banner';
import { listen } from './view/dom';
import { Window } from './window';
import { speak as learnLanguage } from './words';

export * from './kit';

/**
 * What has to be there before the panel is seen: its style, the visitor's language,
 * and the site's colour made readable. What follows is a task of its own, so that
 * the page can be used in between.
 */
export async function speak(core: Core): Promise<void> {
  core.sheet.replaceSync(core.css + palette + css + badgeCss);
  await Promise.all([learnLanguage(core), colour(core), new Promise((done) => setTimeout(done))]);
}

async function colour({ container }: Core): Promise<void> {
  if (container.style.getPropertyValue('--al')) await bring<typeof import('./colour')>('./colour.js').then(({ applyAccent }) => applyAccent(container), () => undefined);
}

const stopped = 'keydown keypress keyup paste cut copy input';

export function mount(core: Core): Panel {
  return new Session(core);
}

/** Ends and forgets the session of a page whose panel was never fetched. */
export async function wipe(core: Core, o?: { forget?: boolean }): Promise<void> {
  const { api, storage } = connect(core);
  const gone = api.hasSession() ? api.revoke(o?.forget) : Promise.resolve();
  storage.clear();
  await gone.catch(() => undefined);
}

function connect({ base, options, config: { locale = 'auto' } }: Core): { api: Api; storage: Storage } {
  const storage = new Storage(options.key, options.persistence);
  const api = new Api(base, options.key, { token: () => storage.load().token, setToken: (token) => storage.save({ token }) },
    locale === 'auto' ? {} : { 'Accept-Language': locale.replace(/_/g, '-') });
  return { api, storage };
}

class Session implements Panel {
  private readonly storage: Storage;
  private readonly chat: Chat;
  private readonly window: Window;
  private readonly announcer = new Announcer();
  private readonly frame: Frame;
  private readonly badge: Badge;
  private readonly left = new AbortController();
  private readonly api: Api;
  /** Whose session this tab shows: what the site has named her; undefined for nobody. */
  private user: string | undefined;
  private spoken = 0;
  private away = false;
  private conversationId: string | undefined;
  private amended: unknown;

  constructor(private readonly core: Core) {
    // The site's single-key shortcuts see the host as target, not a text field.
    listen(core.root, stopped, (event) => event.stopPropagation());
    const { api, storage } = connect(core);
    [this.api, this.storage] = [api, storage];
    this.frame = new Frame(() => this.draw());
    this.badge = new Badge(core);
    this.chat = new Chat(api, storage, core.config, core.options, {
      changed: () => this.frame.ask(),
      emit: (name, detail) => core.emit(name, detail),
      alert: () => this.announcer.alert(s.failedAlert),
      returned: (text, seconds, files) => this.window.returned(text, seconds, files),
      now: Date.now,
    });
    this.window = new Window(core, this.chat, storage, this.announcer, this.frame, () => this.forget(true));
    const { signal } = this.left;
    watchPage(() => this.chat.site.moved(), signal);
    listen(window, 'storage', this.otherTab, signal);
    listen(document, 'visibilitychange', () => this.frame.ask(), signal);
    listen(window, 'pageshow', this.back, signal);
    void this.begin();
    const { open, below = 0 } = this.storage.visit();
    if (open && !this.window.isPhone()) {
      this.window.log.below = below;
      this.open({}, false);
    }
  }

  // With a user of the site's nothing is shown before the server has agreed.
  private async begin(): Promise<void> {
    const { user } = this.core.options;
    if (user) await this.identify(user).catch(() => undefined);
    else if (user === null && this.storage.load().user) this.forget(true);
    else await this.resume();
  }

  private resume(): Promise<void> {
    this.user = this.storage.load().user;
    return this.chat.resume();
  }

  /** Nothing of this visitor stays on the page; with `stored` neither in the browser. */
  private forget(stored: boolean): void {
    if (stored) this.chat.wipe();
    else this.chat.reset();
    this.window.clear();
    this.user = undefined;
  }

  open(o: OpenOptions, focus: boolean): void {
    this.window.open(o.draft, focus);
    if (o.view === 'escalate') this.window.actions.human();
    if (o.view === 'history') this.window.actions.team((team) => team.earlierChats());
  }

  close(): void {
    this.window.close();
  }

  isOpen(): boolean {
    return this.window.isOpen();
  }

  send(text: string, o?: { silent?: boolean }): { id: string } {
    const trimmed = String(text).trim();
    if (trimmed === '') throw new Error('nothing to send');
    if (!o?.silent) this.window.open(undefined, false);
    return { id: this.chat.send(trimmed).client_id };
  }

  async escalate(o?: { reason?: string; fields?: Record<string, string> }): Promise<ConversationState> {
    const team = await this.window.need();
    await team.escalate(o?.reason, o?.fields);
    return this.conversation();
  }

  async cancelEscalation(): Promise<void> {
    await (await this.window.need()).requests.cancelEscalation();
  }

  setContext(attributes: Attributes): void {
    this.chat.site.setContext(attributes);
  }

  identify(user: { jwt: string }): Promise<{ verified: true; visitorId: string }> {
    const { core, api, storage } = this;
    return bring<typeof import('./identity')>('./identity.js')
      .then((module) => module.identify(user, { core, api, storage, forget: () => this.forget(true), resume: () => this.resume() }));
  }

  track(name: string, props: Attributes = {}): void {
    this.chat.site.track(name, props);
  }

  refresh(): void {
    void colour(this.core);
    this.frame.ask();
  }

  state(): HandoffState {
    return { status: this.chat.connection, unread: this.badge.count, conversation: this.conversation() };
  }

  leave(): void {
    this.left.abort();
    this.frame.stop();
    this.window.destroy();
    this.chat.leave();
  }

  async shutdown(o?: { forget?: boolean }): Promise<void> {
    this.leave();
    await this.chat.shutdown(o?.forget);
  }

  private conversation(): ConversationState {
    const { phase, agent, queue, nextOpen, reason } = this.chat.state;
    if (this.chat.requestedAt > 0) return { phase: 'requested' };
    switch (phase) {
      case 'bot': return { phase };
      case 'waiting': return { phase, position: queue?.position || undefined, waitMin: queue?.wait };
      case 'agent': return { phase, agent: { name: agent?.name ?? '', avatar: agent?.avatar || undefined } };
      case 'offline': return { phase, nextOpen };
      case 'closed': return { phase, reason: reason ?? '' };
    }
  }

  private draw(): void {
    if (this.left.signal.aborted) return;
    this.speak();
    this.window.draw(unreadCount(this.chat.state));
    this.badge.show(unreadCount(this.chat.state)); // what was drawn where she looks is read now
  }

  private speak(): void {
    const { state, follower, lostAt } = this.chat;
    const away = lostAt > 0 && Date.now() - lostAt > patience;
    if (away && !this.away && this.isOpen()) this.announcer.say(s.reconnecting);
    this.away = away;
    if (follower.loading) return;
    if (state.conversation?.id !== this.conversationId) this.spoken = follower.history;
    this.conversationId = state.conversation?.id;
    if (state.amended !== this.amended) this.announcer.say('');
    this.amended = state.amended;
    for (const message of state.messages) {
      const words = wordsOf(state, message);
      if (message.seq <= this.spoken || message.from.role === 'visitor' || !words) continue;
      if (message.from.role === 'agent') this.ring();
      if (message.from.role === 'system') this.announcer.say(words);
      else this.announcer.message(message.from.name || s.assistant, words);
    }
    this.spoken = Math.max(this.spoken, state.last);
    if (state.turn && !state.turn.thinking && !state.turn.stopped) this.announcer.answering(state.turn.id);
    this.window.team?.speak();
  }

  // Only what a person writes, and only where she does not look.
  private ring(): void {
    const { options } = this.core;
    const looks = this.isOpen() && document.visibilityState === 'visible';
    if (looks || options.sounds === false || this.storage.load().muted || !navigator.userActivation?.hasBeenActive) return;
    void this.window.need().then((team) => team.ring(), () => undefined);
  }

  private readonly otherTab = (event: StorageEvent): void => {
    if (this.storage.concerns(event)) this.follow(event.newValue === null);
  };

  // A page from the back button was told of nothing meanwhile.
  private readonly back = (event: PageTransitionEvent): void => {
    if (event.persisted) this.follow(!this.storage.load().token);
  };

  // Another tab has logged out, become somebody else, started a chat, or read on.
  private follow(gone: boolean): void {
    const kept = this.storage.load();
    const { conversation, read } = this.chat.state;
    if (gone || kept.user !== this.user) {
      this.forget(false);
      if (!gone) void this.resume();
    } else if (conversation && !kept.conversation) this.chat.reset();
    else if (kept.conversation && kept.conversation.id !== conversation?.id) void this.chat.resume();
    else if (kept.read !== undefined && kept.read > read) this.chat.follower.update({ read: kept.read });
    this.window.draft(kept.draft ?? '');
  }
}
