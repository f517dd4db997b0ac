// Outside JSON into our event types. What does not look right is dropped, never
// thrown: a newer server may send what this widget has not heard of.
import type { ServerEvent } from './sse';
import type { Durable, Ephemeral, Message } from './types';

type Loose = Record<string, unknown>;

const durable = new Set(['message', 'edited', 'retracted', 'state', 'rated']);
const ephemeral = new Set(['draft', 'queue', 'typing']);

/**
 * One durable event, or undefined when it has no number. A durable event of an
 * unknown type still counts, or the numbers behind it would look like a hole.
 */
export function toDurable(type: unknown, data: unknown, id?: string): Durable | undefined {
  const record = isRecord(data) ? data : {};
  const seq = Number(record['seq'] ?? (id === '' ? undefined : id));
  if (!Number.isInteger(seq) || seq <= 0) return undefined;
  if (typeof type !== 'string' || !durable.has(type) || (type === 'message' && !isMessage(record))) {
    return { type: 'unknown', data: { seq } };
  }
  return { type, data: { ...record, seq } } as unknown as Durable;
}

export function toEphemeral(type: string, data: unknown): Ephemeral | undefined {
  if (!ephemeral.has(type) || !isRecord(data)) return undefined;
  if (type === 'typing' && !isRecord(data['from'])) return undefined;
  return { type, data } as unknown as Ephemeral;
}

/** The events of a `?wait=0` or `?before=` answer, ascending. */
export function toPage(body: unknown): Durable[] {
  const events = isRecord(body) && Array.isArray(body['events']) ? (body['events'] as unknown[]) : [];
  const page: Durable[] = [];
  for (const event of events) {
    const known = isRecord(event) ? toDurable(event['type'], event['data']) : undefined;
    if (known) page.push(known);
  }
  return page;
}

export function parse(event: ServerEvent): { durable?: Durable; ephemeral?: Ephemeral } {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return {};
  }
  const passing = toEphemeral(event.type, data);
  if (passing) return { ephemeral: passing };
  const lasting = toDurable(event.type, data, event.id);
  return lasting ? { durable: lasting } : {};
}

function isMessage(record: Loose): record is Loose & Message {
  return isRecord(record['from']) && typeof record['from']['role'] === 'string' && typeof record['text'] === 'string';
}

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
