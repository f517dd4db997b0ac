// Follows one conversation: the first page, the live stream, the holes. Its
// state is always a true prefix of the log, plus what hangs beyond a hole.
import { ApiError, type Api } from './api';
import type { Connection } from './stream';
import { SharedStream } from './tabs';
import type { ServerEvent } from './sse';
import { applyAll, applyDurable, applyEphemeral, emptyChat, hasHole, prepend, startAt, type ChatState } from './store';
import type { ConversationRef, Durable, Phase } from './types';
import { parse, toPage } from './wire';

export interface FollowHooks {
  changed(): void;
  /** New events arrived while the visitor was here; history never comes this way. */
  advanced(before: ChatState, after: ChatState): void;
  connection(status: Connection): void;
  /** The conversation is not ours any more. */
  lost(): void;
  now(): number;
}

const pageSize = 60;
const lookBack = 20;
const newest = Number.MAX_SAFE_INTEGER;

export class Follower {
  state: ChatState = emptyChat();
  loading = false;
  /** Seq of the newest event that was there before the visitor came back; 0 in a new conversation. */
  history = 0;
  private stream: SharedStream | undefined;
  private filling = false;
  private fillTimer: ReturnType<typeof setTimeout> | undefined;
  private fillTries = 0;

  constructor(private readonly api: Api, private readonly hooks: FollowHooks) {}

  get path(): string {
    return `/v1/conversations/${encodeURIComponent(this.state.conversation?.id ?? '')}`;
  }

  /** A conversation just made: nothing has happened in it. */
  begin(ref: ConversationRef): void {
    this.leave();
    this.state = emptyChat(ref);
    this.follow();
  }

  /** A conversation from before: its newest page, then the stream from there. Rejects when the server cannot say. */
  async resume(ref: ConversationRef, read: number | undefined): Promise<void> {
    this.leave();
    this.state = emptyChat(ref);
    this.loading = true;
    this.hooks.changed();
    try {
      const known = await this.find(ref.id);
      if (this.state.conversation !== ref) return;
      if (!known) {
        this.hooks.lost();
        return;
      }
      const page = await this.page(newest);
      if (this.state.conversation !== ref) return;
      this.state = startAt(emptyChat({ ...ref, ...known }), page, known.phase ?? 'bot');
      this.state = { ...this.state, read: Math.min(read ?? this.state.last, this.state.last) };
      await this.findState(known.phase ?? 'bot');
      this.history = this.state.last;
      this.follow();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.hooks.lost();
      else throw error;
    } finally {
      this.loading = false;
      this.hooks.changed();
    }
  }

  leave(): void {
    clearTimeout(this.fillTimer);
    this.stream?.stop();
    this.stream = undefined;
    this.history = 0;
    this.state = emptyChat();
  }

  update(patch: Partial<ChatState>): void {
    this.state = { ...this.state, ...patch };
    this.hooks.changed();
  }

  hasOlder(): boolean {
    return this.state.first > 1;
  }

  async loadOlder(): Promise<void> {
    if (this.loading || !this.hasOlder()) return;
    this.loading = true;
    this.hooks.changed();
    try {
      const ref = this.state.conversation;
      const page = await this.page(this.state.first);
      if (this.state.conversation === ref) this.state = prepend(this.state, page);
    } catch {
      // The visitor scrolls up again, or does not.
    } finally {
      this.loading = false;
      this.hooks.changed();
    }
  }

  private async find(id: string): Promise<ConversationRef | undefined> {
    const { conversations } = await this.api.get<{ conversations?: ConversationRef[] }>('/v1/conversations');
    return (conversations ?? []).find((conversation) => conversation.id === id);
  }

  private async page(before: number): Promise<Durable[]> {
    return toPage(await this.api.get(`${this.path}/events?before=${before}&limit=${pageSize}&wait=0`));
  }

  // Who answers is in the newest state event, which may be older than the first page.
  private async findState(phase: Phase): Promise<void> {
    for (let i = 0; i < lookBack && phase !== 'bot' && this.state.stateSeq === 0 && this.hasOlder(); i++) {
      const first = this.state.first;
      this.state = prepend(this.state, await this.page(first));
      if (this.state.first === first) return;
    }
  }

  private follow(): void {
    const stream = new SharedStream(`handoff:${this.state.conversation?.id}`, {
      last: () => this.state.last,
      behind: () => void this.fill(),
      connect: (signal) => this.api.fetch(`${this.path}/events?after=${this.state.last}`, 'text/event-stream', signal),
      event: (event) => this.take(event),
      status: (status) => {
        if (this.stream === stream) this.hooks.connection(status);
      },
      refused: () => this.hooks.lost(),
    });
    this.stream = stream;
    stream.start();
  }

  private take(event: ServerEvent): void {
    const { durable, ephemeral } = parse(event);
    if (durable) this.advance(applyDurable(this.state, durable));
    if (!ephemeral) return;
    const before = this.state;
    this.update(applyEphemeral(before, ephemeral, this.hooks.now()));
    this.hooks.advanced(before, this.state);
  }

  private advance(after: ChatState): void {
    const before = this.state;
    if (after === before) return;
    this.state = after;
    this.hooks.advanced(before, after);
    this.hooks.changed();
    if (hasHole(after)) void this.fill();
    else this.fillTries = 0;
  }

  private async fill(): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    const ref = this.state.conversation;
    try {
      const page = toPage(await this.api.get(`${this.path}/events?after=${this.state.last}&wait=0`));
      if (this.state.conversation === ref) this.advance(applyAll(this.state, page));
    } catch {
      // The timer below asks again.
    } finally {
      this.filling = false;
    }
    if (this.state.conversation !== ref || !hasHole(this.state)) return;
    const wait = Math.min(30_000, 1_000 * 2 ** this.fillTries++);
    clearTimeout(this.fillTimer);
    this.fillTimer = setTimeout(() => void this.fill(), wait);
  }
}
