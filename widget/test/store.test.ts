import { describe, expect, it } from 'vitest';
import { lines, openOffer } from '../src/lines';
import { applyAll, applyEphemeral, emptyChat, fresh, hasHole, prepend, startAt, unreadCount, type ChatState } from '../src/store';
import type { Durable } from '../src/types';
import { message, state } from './build';

const options = { declined: new Set<number>(), votes: {}, dayOf: (at: number) => new Date(at).toISOString().slice(0, 10) };

function texts(chat: ChatState): string[] {
  return lines(chat, [], options).flatMap((line) => (line.kind === 'message' ? [line.removed ? '-' : line.text] : line.kind === 'system' ? [line.text] : []));
}

function after(...events: Durable[]): ChatState {
  return applyAll(emptyChat({ id: 'cnv_1' }), events);
}

describe('durable events', () => {
  it('applies a message once, however often it arrives', () => {
    const chat = after(message(1, 'visitor', 'a'), message(1, 'visitor', 'a'), message(2, 'bot', 'b'), message(1, 'visitor', 'a'));
    expect(texts(chat)).toEqual(['a', 'b']);
    expect(chat.last).toBe(2);
  });

  it('holds what lies beyond a hole until the hole is filled', () => {
    const holed = after(message(1, 'visitor', 'a'), message(2, 'bot', 'b'), message(4, 'bot', 'd'), message(5, 'bot', 'e'));
    expect(texts(holed)).toEqual(['a', 'b']);
    expect(hasHole(holed)).toBe(true);
    const filled = applyAll(holed, [message(3, 'visitor', 'c'), message(4, 'bot', 'd')]);
    expect(texts(filled)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(hasHole(filled)).toBe(false);
    expect(filled.last).toBe(5);
  });

  it('counts an event of an unknown kind, so that it is no hole', () => {
    const chat = after(message(1, 'visitor', 'a'), { type: 'unknown', data: { seq: 2 } }, message(3, 'bot', 'c'));
    expect(texts(chat)).toEqual(['a', 'c']);
    expect(hasHole(chat)).toBe(false);
  });

  it('shows a run of agent lines in the order they were written', () => {
    const chat = after(
      message(1, 'agent', 'second', { order: '1700000000.000200' }), message(2, 'agent', 'first', { order: '1700000000.000100' }),
      message(3, 'visitor', 'mine'), message(4, 'agent', 'third', { order: '1700000000.000050' }));
    expect(texts(chat)).toEqual(['first', 'second', 'mine', 'third']);
  });

  it('edits in place and takes back, by seq or by id', () => {
    const chat = after(message(1, 'agent', 'helo'), message(2, 'agent', 'secret'),
      { type: 'edited', data: { seq: 3, of: 1, text: 'hello', content: [] } }, { type: 'retracted', data: { seq: 4, of: 'm2' } });
    expect(texts(chat)).toEqual(['hello', '-']);
    const [first] = lines(chat, [], options).filter((line) => line.kind === 'message');
    expect(first?.kind === 'message' && first.edited).toBe(true);
    expect(unreadCount(chat)).toBe(1);
  });

  it('forgets what was taken back before it was seen, without a trace', () => {
    const chat = after(message(1, 'visitor', 'a'), message(2, 'agent', 'secret'), message(3, 'agent', 'b'),
      { type: 'retracted', data: { seq: 4, of: 2, unseen: true } }, { type: 'retracted', data: { seq: 5, of: 3 } });
    expect(texts(chat)).toEqual(['a', '-']);
    expect(unreadCount(chat)).toBe(0);
    expect(JSON.stringify(chat.messages)).not.toMatch(/secret|"b"/);
  });

  it('shows nothing for a line whose words are gone and whose retraction is still to come', () => {
    const blank = after(message(1, 'visitor', 'a'), message(2, 'agent', ''));
    expect(texts(blank)).toEqual(['a']);
    expect(texts(applyAll(blank, [{ type: 'retracted', data: { seq: 3, of: 2 } }]))).toEqual(['a', '-']);
    const older = startAt(emptyChat({ id: 'c' }), [{ type: 'retracted', data: { seq: 6, of: 5, unseen: true } }], 'agent');
    expect(texts(prepend(older, [message(4, 'agent', 'd'), message(5, 'agent', '')]))).toEqual(['d']);
  });

  it('finds what is new, whatever came at once', () => {
    const before = after(message(1, 'visitor', 'a'));
    const holed = applyAll(before, [message(3, 'agent', 'c'), { type: 'retracted', data: { seq: 4, of: 2, unseen: true } }]);
    expect(fresh(before, applyAll(holed, [message(2, 'agent', 'b')])).map((m) => m.seq)).toEqual([2, 3]);
  });

  it('keeps a later edit when the older page comes after it', () => {
    let chat = startAt(emptyChat({ id: 'c' }), [message(5, 'bot', 'e'), { type: 'edited', data: { seq: 6, of: 2, text: 'new', content: [] } }], 'bot');
    chat = prepend(chat, [message(1, 'visitor', 'a'), message(2, 'agent', 'old'), { type: 'edited', data: { seq: 3, of: 2, text: 'older', content: [] } }, message(4, 'bot', 'd')]);
    expect(texts(chat)).toEqual(['a', 'new', 'd', 'e']);
    expect(chat.first).toBe(1);
  });

  it('follows the phase and who answers', () => {
    const chat = after(state(1, 'waiting'), state(2, 'agent', 'Maya'));
    expect([chat.phase, chat.agent?.name]).toEqual(['agent', 'Maya']);
    expect(applyAll(chat, [state(3, 'bot')]).agent).toBeUndefined();
  });

  it('takes the phase from the list and the agent from an older page', () => {
    const chat = startAt(emptyChat({ id: 'c' }), [message(9, 'agent', 'hi')], 'agent');
    expect(prepend(chat, [state(3, 'waiting'), state(4, 'agent', 'Maya')]).agent?.name).toBe('Maya');
  });
});

describe('passing events', () => {
  const asked = after(message(1, 'visitor', 'a'));

  it('shows a draft until its message comes', () => {
    const drafted = applyEphemeral(asked, { type: 'draft', data: { turn: 't1', content: [{ type: 'paragraph', children: [] }] } }, 0);
    expect(drafted.turn?.content.length).toBe(1);
    expect(applyAll(drafted, [message(2, 'bot', 'whole')]).turn).toBeUndefined();
  });

  it('drops the draft when an agent has the chat', () => {
    const drafted = applyEphemeral(asked, { type: 'draft', data: { turn: 't1', content: [{ type: 'paragraph', children: [] }] } }, 0);
    expect(applyAll(drafted, [state(2, 'agent', 'Maya')]).turn).toBeUndefined();
  });

  it('lets typing run out after at most six seconds', () => {
    const typing = applyEphemeral(asked, { type: 'typing', data: { from: { role: 'agent', name: 'Maya' }, expires_in_ms: 60_000 } }, 1_000);
    expect(typing.typing).toEqual({ name: 'Maya', until: 7_000 });
    expect(applyEphemeral(asked, { type: 'typing', data: { from: { role: 'bot' } } }, 0).typing).toBeUndefined();
  });
});

describe('offers', () => {
  const offered = after(message(1, 'visitor', 'a'), message(2, 'bot', 'person?', { offer: true }));

  it.each([
    ['stands as the last word', offered, new Set<number>(), 2],
    ['is over when declined', offered, new Set([2]), 0],
    ['is over when the visitor goes on', applyAll(offered, [message(3, 'visitor', 'b')]), new Set<number>(), 0],
    ['is over when the phase changes', applyAll(offered, [state(3, 'waiting')]), new Set<number>(), 0],
    ['survives a system line', applyAll(offered, [message(3, 'system', 's')]), new Set<number>(), 2],
  ])('%s', (_, chat, declined, want) => {
    expect(openOffer(chat, declined)).toBe(want);
  });
});

describe('the log', () => {
  it('puts a day before the first line of each day and unsent lines last', () => {
    const chat = after(message(1, 'visitor', 'a'), message(2, 'bot', 'b', { at: '2026-01-06T09:00:00.000Z' }));
    const item = { client_id: 'c_1', text: 'mine', at: Date.UTC(2026, 0, 6, 10), status: 'queued' as const };
    expect(lines(chat, [item], options).map((line) => line.kind)).toEqual(['day', 'message', 'day', 'message', 'pending']);
  });

  it('shows a sent line once, under the same key', () => {
    const item = { client_id: 'c_1', text: 'a', at: 0, status: 'sent' as const };
    const before = lines(emptyChat(), [item], options).find((line) => line.kind === 'pending');
    const all = lines(after(message(1, 'visitor', 'a', { client_id: 'c_1' })), [item], options).filter((line) => line.kind !== 'day');
    expect(all.map((line) => line.key)).toEqual([before?.key]);
  });
});
