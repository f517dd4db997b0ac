// Who the visitor is, as the site's server has signed it: the session is rotated,
// and when it is another person everything of the one before goes first. A module
// of its own, fetched by sites that identify.
import type { Api, ApiError } from './api';
import type { Core } from './core';
import type { Storage } from './storage';
import type { ConversationRef } from './types';

export interface Whose {
  core: Core;
  api: Api;
  storage: Storage;
  /** Takes everything of the visitor from the page, at once, and from the browser. */
  forget(): void;
  /** Shows what this session has. */
  resume(): Promise<void>;
}

/** The server's answer; `conversation` is the anonymous chat she was in, which is hers now. */
interface Identified { token: string; visitor_id: string; conversation?: string }

/** The subject a token names. It is read to know whether somebody else comes; the server alone decides what is true. */
export function subject(jwt: string): string | undefined {
  try {
    const part = (jwt.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
    const { sub } = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0)))) as { sub?: unknown };
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects with what the server said; then nobody is known and nothing of anybody is shown. */
export async function identify(user: { jwt: string }, whose: Whose): Promise<{ verified: true; visitorId: string }> {
  const { core, api, storage } = whose;
  const sub = typeof user?.jwt === 'string' ? subject(user.jwt) : undefined;
  const { user: before } = storage.load();
  if (before !== undefined && before !== sub) whose.forget();
  try {
    if (sub === undefined) throw Object.assign(new Error('The token is no signed token with a subject.'), { code: 'identity' });
    const known = await api.post<Identified>('/v1/sessions/identify', { jwt: user.jwt });
    const { conversation } = storage.load();
    const kept = before === sub || known.conversation === conversation?.id ? conversation : undefined;
    storage.save({ token: known.token, user: sub, conversation: kept });
    if (!kept) storage.save({ conversation: await newest(api).catch(() => undefined) });
    void whose.resume();
    core.emit('identity:changed', { verified: true, visitorId: known.visitor_id });
    return { verified: true, visitorId: known.visitor_id };
  } catch (error) {
    const { status = 0, code = 'unknown', message } = error as Partial<ApiError>;
    // A server that does not answer has refused nobody: she keeps what she has.
    if (sub === undefined || (status >= 400 && status < 500 && status !== 429)) whose.forget();
    else void whose.resume();
    core.emit('identity:failed', { code, message });
    throw error;
  }
}

/** The open conversation she has had elsewhere. */
async function newest(api: Api): Promise<ConversationRef | undefined> {
  const { conversations } = await api.get<{ conversations?: ConversationRef[] }>('/v1/conversations');
  const found = conversations?.find(({ phase }) => phase !== 'closed');
  return found && { id: found.id, reference: found.reference ?? '' };
}
