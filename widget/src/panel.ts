// The panel: everything behind the launcher. It is fetched on first interest
// and lives until shutdown.
import css from './style/panel.css';
import { Announcer } from './a11y';
import { Api } from './api';
import { Chat } from './chat';
import { known } from './contact';
import { Badge } from './badge';
import { applyAccent } from './colour';
import type { ConversationState, Core, HandoffState, OpenOptions, Panel } from './core';
import { watchPage } from './environment';
import { Frame } from './frame';
import { Storage } from './storage';
import type { Attributes } from './types';
import { unreadCount, wordsOf } from './store';
import { en as s } from './strings/en';
import { queueWords } from './waiting';
import { patience } from './view/banner';
import { Window } from './window';

export { speak } from './words';

const stopped = ['keydown', 'keypress', 'keyup', 'paste', 'cut', 'copy', 'input'];

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

function connect({ base, options }: Core): { api: Api; storage: Storage } {
  const storage = new Storage(options.key, options.persistence);
  const api = new Api(base, options.key, { token: () => storage.load().token, setToken: (token) => storage.save({ token }) });
  return { api, storage };
}

class Session implements Panel {
  private readonly storage: Storage;
  private readonly chat: Chat;
  private readonly window: Window;
  private readonly announcer = new Announcer();
  private readonly frame: Frame;
  private readonly badge: Badge;
  private readonly unwatch: () => void;
  private spoken = 0;
  private away = false;
  private conversationId: string | undefined;
  private amended: unknown;
  private alive = true;

  constructor(private readonly core: Core) {
    core.sheet.replaceSync(core.css + css);
    // The site's single-key shortcuts see the host as target, not a text field.
    for (const name of stopped) core.root.addEventListener(name, (event) => event.stopPropagation());
    applyAccent(core.container);
    const { api, storage } = connect(core);
    this.storage = storage;
    this.frame = new Frame(() => this.draw());
    this.badge = new Badge(core);
    this.chat = new Chat(api, storage, core.config, core.options, {
      changed: () => this.frame.ask(),
      emit: (name, detail) => core.emit(name, detail),
      alert: () => this.announcer.alert(s.failedAlert),
      returned: (text, seconds) => this.window.returned(text, seconds),
      now: Date.now,
    });
    this.window = new Window(core, this.chat, storage, this.announcer, this.frame);
    this.unwatch = watchPage(() => this.chat.moved());
    window.addEventListener('storage', this.otherTab);
    document.addEventListener('visibilitychange', this.look);
    void this.chat.resume();
    if (this.storage.wasOpen() && !this.window.isPhone()) this.open({}, false);
  }

  open(o: OpenOptions, focus: boolean): void {
    this.window.open(o.draft, focus);
    if (o.view === 'escalate') void this.window.human();
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
    await this.window.escalate(o?.reason, o?.fields);
    return this.conversation();
  }

  cancelEscalation(): Promise<void> {
    return this.chat.cancelEscalation();
  }

  setContext(attributes: Attributes): void {
    this.chat.setContext(attributes);
  }

  /** Not in this version. */
  identify(): Promise<never> {
    return Promise.reject(new Error('identify is not in this version'));
  }

  /** Not in this version. */
  track(): void {
    console.warn('[handoff] track is not in this version');
  }

  refresh(): void {
    applyAccent(this.core.container);
    this.frame.ask();
  }

  state(): HandoffState {
    return { status: this.chat.connection, unread: this.badge.count, conversation: this.conversation() };
  }

  leave(): void {
    this.alive = false;
    this.frame.stop();
    this.unwatch();
    window.removeEventListener('storage', this.otherTab);
    document.removeEventListener('visibilitychange', this.look);
    this.window.destroy();
    this.chat.leave();
  }

  async shutdown(o?: { forget?: boolean }): Promise<void> {
    await this.chat.shutdown(o?.forget);
  }

  private conversation(): ConversationState {
    const { phase, agent, queue, nextOpen, reason } = this.chat.state;
    if (this.chat.requestedAt > 0) return { phase: 'requested' };
    switch (phase) {
      case 'bot': return { phase };
      case 'waiting': return { phase, ...(queue?.position ? { position: queue.position } : {}), ...(queue?.wait ? { waitMin: queue.wait } : {}) };
      case 'agent': return { phase, agent: { name: agent?.name ?? '', ...(agent?.avatar ? { avatar: agent.avatar } : {}) } };
      case 'offline': return { phase, ...(nextOpen ? { nextOpen } : {}) };
      case 'closed': return { phase, reason: reason ?? '' };
    }
  }

  private draw(): void {
    if (!this.alive) return;
    this.speak();
    this.window.draw();
    this.badge.show(unreadCount(this.chat.state));
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
      if (message.from.role === 'system') this.announcer.say(words);
      else this.announcer.message(message.from.name || s.assistant, words);
    }
    this.spoken = Math.max(this.spoken, state.last);
    if (state.turn && !state.turn.thinking && !state.turn.stopped) this.announcer.answering(state.turn.id);
    if (state.phase === 'waiting' && state.queue) {
      const late = known(state, follower.history).email ? s.lateKnown : s.late;
      const wait = this.announcer.queue(this.chat.late(Date.now()) ? late : queueWords(state, false), Date.now());
      if (wait > 0) this.frame.askIn(wait);
    }
  }

  private readonly look = (): void => this.frame.ask();

  // Another tab has logged out, started a chat, or read on.
  private readonly otherTab = (event: StorageEvent): void => {
    if (!this.storage.concerns(event)) return;
    const kept = this.storage.load();
    const mine = this.chat.state.conversation?.id;
    if (mine && !kept.conversation) this.chat.startOver();
    else if (kept.conversation && kept.conversation.id !== mine) void this.chat.resume();
    else if (kept.read !== undefined && kept.read > this.chat.state.read) this.chat.follower.update({ read: kept.read });
  };
}

