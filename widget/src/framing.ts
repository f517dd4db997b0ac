// What the page and the chat in its frame tell each other. Whatever does not look
// like one of these is not heard. The page may be of an older build than the frame:
// messages and their fields are only added.
import type { HandoffState, Options } from './core';
import type { WidgetConfig } from './types';

export type ToFrame =
  | { handoff: 'boot'; options: Options; config: WidgetConfig }
  | { handoff: 'call'; id: number; name: string; args: unknown[] }
  | { handoff: 'answer'; id: number; verdict: 'go' | 'proceed' | 'abort'; fields?: Record<string, string> };

export type FromFrame =
  | { handoff: 'ready' }
  | { handoff: 'event'; name: string; detail: Record<string, unknown>; state: HandoffState; open: boolean }
  | { handoff: 'result'; id: number; value?: unknown; error?: string }
  | { handoff: 'asked'; id: number; reason?: string };

type Shape = Record<string, string>;

const toFrame: Record<string, Shape> = {
  boot: { options: 'object', config: 'object' },
  call: { id: 'number', name: 'string', args: 'object' },
  answer: { id: 'number', verdict: 'string' },
};
const fromFrame: Record<string, Shape> = {
  ready: {},
  event: { name: 'string', detail: 'object', state: 'object', open: 'boolean' },
  result: { id: 'number' },
  asked: { id: 'number' },
};

function fits(data: unknown, shapes: Record<string, Shape>): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const record = data as Record<string, unknown>;
  const kind = String(record['handoff']);
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  return shape !== undefined && Object.entries(shape).every(([name, type]) => record[name] !== null && typeof record[name] === type);
}

export const isToFrame = (data: unknown): data is ToFrame => fits(data, toFrame);
export const isFromFrame = (data: unknown): data is FromFrame => fits(data, fromFrame);

/** What may be called in the frame. */
export const calls = new Set(['open', 'close', 'send', 'escalate', 'cancelEscalation', 'setContext', 'track', 'identify', 'refresh', 'focus', 'shutdown']);
