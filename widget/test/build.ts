// Short ways to write events down.
import type { Durable, Message, Role } from '../src/types';

export function message(seq: number, role: Role, text: string, more: Partial<Message> = {}): Durable {
  const at = new Date(Date.UTC(2026, 0, 5, 10, 0, seq)).toISOString();
  return { type: 'message', data: { seq, id: `m${seq}`, at, from: { role, name: role === 'agent' ? 'Maya' : '' }, text, content: [], ...more } };
}

export function state(seq: number, phase: 'bot' | 'waiting' | 'agent' | 'offline' | 'closed', agent?: string): Durable {
  return { type: 'state', data: { seq, phase, ...(agent ? { agent: { name: agent } } : {}) } };
}
