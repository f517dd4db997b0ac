// What the visitor may ask of the server beside writing and asking for a person.
import type { ApiError } from './api';
import type { Chat } from './chat';
import type { Storage } from './storage';
import type { ContactFields, ConversationLink, ConversationRef } from './types';

export class Requests {
  constructor(private readonly chat: Chat, private readonly storage: Storage) {}

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

  transcript(): Promise<string> {
    return this.chat.api.text(`${this.chat.follower.path}/transcript`);
  }
}
