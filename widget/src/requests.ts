// What the visitor may ask of the server beside writing.
import type { ApiError } from './api';
import type { Chat } from './chat';
import type { Storage } from './storage';
import { dueAt } from './waiting';
import type { ContactFields, ConversationLink, ConversationRef } from './types';

const requestTimeout = 15_000;

export class Requests {
  private lateSeq = 0;

  constructor(private readonly chat: Chat, private readonly storage: Storage) {}

  /** Asks for a person. Resolves when the server has agreed; a second call while one runs changes nothing. */
  async escalate(reason?: string, fields?: Record<string, string>): Promise<void> {
    if (this.chat.requestedAt > 0 || !['bot', 'closed'].includes(this.chat.state.phase)) return;
    this.chat.requestedAt = this.chat.hooks.now();
    this.chat.hooks.changed();
    try {
      await this.chat.ensure();
      await this.chat.post('/escalate', { reason: reason || undefined, fields });
      this.chat.awaitingAt = 0;
      setTimeout(() => this.chat.requestSettled(), requestTimeout);
    } catch (error) {
      this.chat.requestSettled();
      this.chat.refused(error);
      throw error;
    }
  }

  async cancelEscalation(): Promise<void> {
    await this.chat.post('/escalate/cancel');
  }

  /** Takes up another of her conversations. */
  goTo(ref: ConversationRef): Promise<void> {
    this.chat.startOver();
    this.storage.save({ conversation: ref });
    return this.chat.resume();
  }

  /** The usual wait has passed: once that is said it stays said for this wait. */
  late(now: number): boolean {
    const due = dueAt(this.chat.state, now);
    if (due > 0 && now >= due) this.lateSeq = this.chat.state.stateSeq;
    return this.chat.state.phase === 'waiting' && this.lateSeq > 0 && this.lateSeq === this.chat.state.stateSeq;
  }

  /** Her other conversations, newest first. */
  async earlier(): Promise<ConversationRef[]> {
    if (!this.chat.api.hasSession()) return [];
    const { conversations } = await this.chat.api.get<{ conversations?: ConversationRef[] }>('/v1/conversations');
    return (conversations ?? []).filter((ref) => ref.id !== this.chat.state.conversation?.id);
  }

  async rate(score: number, comment: string): Promise<void> {
    await this.chat.post('/rating', { score, comment: comment || undefined });
    this.chat.follower.update({ rated: score });
    this.chat.hooks.emit('csat:submitted', { score });
  }

  async contact(fields: ContactFields): Promise<void> {
    try {
      await this.chat.ensure();
      await this.chat.post('/contact', fields);
    } catch (error) {
      this.chat.refused(error);
      throw error;
    }
    if (fields.email) this.storage.save({ contact: { conversation: this.chat.state.conversation?.id ?? '', email: fields.email } });
  }

  async verify(code: string): Promise<void> {
    await this.chat.post('/contact/verify', { code });
  }

  async end(): Promise<void> {
    await this.chat.post('/close');
  }

  link(): Promise<ConversationLink> {
    return this.chat.post('/link', {});
  }

  /** The server forgets her on all devices; a session that is over already has nothing. */
  async clear(): Promise<void> {
    await this.chat.api.revoke(true).catch((error: ApiError) => { if (error.status !== 401) throw error; });
  }

  /** Has what was said mailed to the address she has confirmed; resolves with a hint of it. */
  mailChat(): Promise<{ to: string }> {
    return this.chat.post('/transcript', {});
  }

  transcript(): Promise<string> {
    return this.chat.api.fetch(`${this.chat.follower.path}/transcript`, 'text/plain').then((response) => response.text());
  }
}
