// The visitor's chat: what she can do, and what follows from it on the wire.
// It holds no nodes; the panel draws it and is told when to.
import { ApiError, type Api } from './api';
import { Follower } from './follow';
import { Outbox, type OutItem, type Outcome } from './outbox';
import type { Storage } from './storage';
import type { Connection } from './stream';
import { fresh, type ChatState } from './store';
import { publishAdvance } from './publish';
import { randomId } from './environment';
import { Site } from './site';
import { en as s } from './strings/en';
import type { Options } from './core';
import type { ConversationRef, FileRef, WidgetConfig } from './types';
import { listen } from './view/dom';

export interface ChatHooks {
  changed(): void;
  emit(name: string, detail?: unknown): unknown;
  alert(): void;
  /** Text that could not be sent goes back to the composer; `seconds` > 0 is how long to wait. */
  returned(text: string, seconds: number, files?: FileRef[]): void;
  now(): number;
}

const answerTimeout = 60_000;
const typingEvery = 3_000;

export class Chat {
  readonly follower: Follower;
  readonly outbox: Outbox;
  readonly site: Site;
  connection: Connection = 'idle';
  /** When the connection was lost, 0 while it stands. */
  lostAt = 0;
  /** The conversation takes no more messages: closed for good, or the session ran out. */
  ended = false;
  /** What the server says while the team takes nothing from her; '' otherwise. */
  blocked = '';
  /** When the visitor asked for a person and the server has not said what follows; 0 otherwise. */
  requestedAt = 0;
  /** When the line that awaits the bot's answer was sent; 0 for none. */
  awaitingAt = 0;
  declined: Set<number>;
  /** Thumbs on answers, by seq. */
  votes: Record<string, boolean>;
  private making: Promise<void> | undefined;
  private typedAt = 0;
  private readonly left = new AbortController();

  constructor(
    readonly api: Api,
    private readonly storage: Storage,
    readonly config: WidgetConfig,
    private readonly options: Options,
    readonly hooks: ChatHooks,
  ) {
    this.declined = new Set(storage.load().declined ?? []);
    this.votes = storage.load().votes ?? {};
    this.follower = new Follower(api, {
      changed: hooks.changed,
      now: hooks.now,
      connection: (status) => this.connected(status),
      lost: () => this.lost(),
      advanced: (before, after) => this.advanced(before, after),
    });
    this.outbox = new Outbox({
      deliver: (item) => this.deliver(item),
      save: (items) => storage.save({ outbox: items.length > 0 ? items : undefined }),
      changed: hooks.changed,
      isOnline: () => navigator.onLine !== false,
      newId: randomId,
      now: hooks.now,
      returned: (item, seconds) => this.returned(item, seconds),
      failed: (item) => this.failed(item),
      sent: (item) => this.tell('message:sent', item),
    });
    this.site = new Site(api, this.follower, options, (error) => this.refused(error));
    listen(window, 'online', () => this.outbox.retry(), this.left.signal);
  }

  get state(): ChatState {
    return this.follower.state;
  }

  /** Takes up the conversation this browser had, and what was not sent yet. */
  async resume(): Promise<void> {
    const kept = this.storage.load();
    if (kept.conversation && kept.token) {
      try {
        await this.follower.resume(kept.conversation, kept.read);
        this.site.moved();
      } catch (error) {
        if (error instanceof ApiError && error.code === 'gone') return;
        this.connected('connecting');
        setTimeout(() => void this.resume(), 5_000 + Math.random() * 10_000);
        return;
      }
    }
    this.site.deliverTracked();
    if (kept.outbox?.length) {
      this.outbox.restore(kept.outbox);
      void this.outbox.flush();
    }
  }

  send(text: string, files?: FileRef[]): OutItem {
    if (this.state.phase === 'bot' && this.config.ai !== false) this.awaitingAt = this.hooks.now();
    return this.outbox.add(text, files);
  }

  typing(): void {
    const now = this.hooks.now();
    const { conversation, phase } = this.state;
    if (!conversation || (phase !== 'agent' && phase !== 'waiting') || now - this.typedAt < typingEvery) return;
    this.typedAt = now;
    this.quietly('/typing');
  }

  /** "Keep trying": the offer goes, and the server notes it. */
  decline(seq: number): void {
    this.declined.add(seq);
    this.storage.save({ declined: [...this.declined] });
    this.quietly('/escalate/cancel');
    this.hooks.changed();
  }

  vote(seq: number, up: boolean): void {
    this.votes = { ...this.votes, [seq]: up };
    this.storage.save({ votes: this.votes });
    this.quietly('/feedback', { seq, up });
    this.hooks.changed();
  }

  /** No answer came: the server says that there is none, or the time for one is over. */
  unanswered(now: number): boolean {
    const { messages, phase, turn } = this.state;
    const last = messages[messages.length - 1];
    if (phase !== 'bot' || this.ended || (turn && !turn.stopped)) return false;
    return last?.notice?.startsWith('model_down') === true || (this.awaitingAt > 0 && last?.from.role === 'visitor' && now - this.awaitingAt >= answerTimeout);
  }

  /** Asks the last question again. */
  again(): void {
    const asked = this.state.messages.filter((message) => message.from.role === 'visitor').pop();
    if (asked) this.send(asked.text);
  }

  visited(): boolean {
    return this.api.hasSession();
  }

  stop(): void {
    this.awaitingAt = 0;
    const turn = this.state.turn;
    this.follower.update({ turn: turn && !turn.thinking ? { ...turn, stopped: true } : undefined });
    this.quietly('/stop');
  }

  read(seq: number): void {
    if (seq <= this.state.read) return;
    this.follower.update({ read: seq });
    this.storage.save({ read: seq });
    this.quietly('/read', { seq });
  }

  /** Leaves this conversation behind; the next message opens another. */
  startOver(): void {
    this.leaveConversation();
    this.storage.save({ conversation: undefined, read: undefined, declined: undefined, votes: undefined, contact: undefined, unrated: undefined });
  }

  /** The same, and the visitor: what another tab has ended is not written again. */
  reset(): void {
    this.api.forget();
    this.making = undefined;
    this.outbox.stop();
    this.outbox.items = [];
    this.leaveConversation();
  }

  private leaveConversation(): void {
    this.follower.leave();
    this.ended = false;
    this.blocked = '';
    this.requestedAt = 0;
    this.awaitingAt = 0;
    this.lostAt = 0;
    this.declined = new Set();
    this.votes = {};
    this.hooks.changed();
  }

  /** Ends what runs and asks nothing more of the server. */
  leave(): void {
    this.follower.leave();
    this.outbox.stop();
    this.left.abort();
  }

  /** Logs out: the server forgets the session, or with `forget` the visitor; the browser everything. */
  async shutdown(forget?: boolean): Promise<void> {
    const revoke = this.api.hasSession() ? this.api.revoke(forget) : Promise.resolve();
    this.wipe();
    await revoke.catch(() => undefined);
  }

  /** Nothing of this visitor stays in memory or in the browser. */
  wipe(): void {
    this.reset();
    this.site.context = {};
    this.storage.clear();
  }

  /** True while the bot owes an answer, from the send to its last word. */
  busy(now: number): boolean {
    const { turn, phase } = this.state;
    if (phase !== 'bot') return false;
    return (turn !== undefined && !turn.thinking && !turn.stopped) || this.isAwaiting(now);
  }

  /** For a minute from the send at most, or from when the bot was first seen thinking. */
  isAwaiting(now: number): boolean {
    if (this.state.turn?.thinking && this.awaitingAt === 0) this.awaitingAt = now;
    return this.awaitingAt > 0 && now - this.awaitingAt < answerTimeout && navigator.onLine !== false;
  }

  /** A request about this conversation. */
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.api.post(this.follower.path + path, body);
  }

  /** There is a conversation, or there is one now. */
  ensure(): Promise<void> {
    if (this.state.conversation) return Promise.resolve();
    if (this.making) return this.making;
    const making = this.api
      .post<ConversationRef>('/v1/conversations', { ...this.site.begin(), locale: this.config.locale })
      .then((ref) => {
        this.storage.save({ conversation: { id: ref.id, reference: ref.reference }, read: 0 });
        this.follower.begin(ref);
        this.site.deliverTracked();
        this.hooks.emit('conversation:started', { id: ref.id, reference: ref.reference });
      })
      .finally(() => { if (this.making === making) this.making = undefined; });
    return (this.making = making);
  }

  private async deliver(item: OutItem): Promise<Outcome> {
    try {
      await this.ensure();
      await this.post('/messages', { client_id: item.client_id, text: item.text, files: item.files?.map(({ id }) => ({ id })) });
      return { kind: 'sent' };
    } catch (error) {
      return this.outcome(error);
    }
  }

  private outcome(error: unknown): Outcome {
    if (!(error instanceof ApiError) || error.status === 0) return { kind: 'unreachable' };
    if (this.isBlocked(error)) return { kind: 'returned' };
    if (error.status === 429) return { kind: 'limited', seconds: error.retryAfter ?? 10 };
    const gone = error.status === 404 || (error.status === 409 && error.code === 'conversation_closed');
    if (gone && this.state.conversation) {
      this.ended = true;
      return { kind: 'returned' };
    }
    return { kind: 'refused', reason: error.said };
  }

  private returned(item: OutItem, seconds: number): void {
    this.awaitingAt = 0;
    this.hooks.returned(item.text, seconds, item.files);
  }

  private failed(item: OutItem): void {
    this.awaitingAt = 0;
    this.hooks.alert();
    this.tell('message:failed', item);
  }

  private connected(status: Connection): void {
    const was = this.connection;
    this.connection = status;
    if (status === 'online' || status === 'idle') this.lostAt = 0;
    else if (this.lostAt === 0) this.lostAt = this.hooks.now();
    if (status === 'online' && was !== 'online') this.outbox.retry();
    if (status !== was) this.hooks.emit('connection', { status });
    this.hooks.changed();
  }

  // A conversation the server does not know: with nothing on screen start afresh,
  // else leave what stands and say that it has ended.
  private lost(): void {
    if (this.state.messages.length === 0) {
      this.startOver();
      return;
    }
    this.ended = true;
    this.hooks.changed();
  }

  private advanced(before: ChatState, after: ChatState): void {
    for (const message of fresh(before, after)) {
      if (message.client_id) this.outbox.settle(message.client_id);
      if (message.from.role !== 'visitor') this.awaitingAt = 0;
      if (message.from.role === 'system') this.requestSettled();
    }
    if (after.phase !== before.phase) {
      this.ended = false;
      this.blocked = '';
    }
    if (after.phase !== before.phase || after.phase !== 'bot') this.requestSettled();
    publishAdvance(before, after, this.hooks.emit, this.options.exposeText);
  }

  requestSettled(): void {
    this.requestedAt = 0;
    this.hooks.changed();
  }

  private isBlocked(error: ApiError): boolean {
    if (error.code !== 'blocked') return false;
    this.blocked = error.said || s.blocked;
    this.hooks.changed();
    return true;
  }

  /** An error that the site hears of; a block also says so on screen. */
  refused(error: unknown): void {
    if (error instanceof ApiError && !this.isBlocked(error)) this.hooks.emit('error', { code: error.code, message: error.message });
  }

  private tell(name: string, { client_id, text }: OutItem): void {
    this.hooks.emit(name, { client_id, ...(this.options.exposeText && { text }) });
  }

  private quietly(path: string, body?: unknown): void {
    if (!this.state.conversation) return;
    this.post(path, body).catch((error: unknown) => this.refused(error));
  }
}

