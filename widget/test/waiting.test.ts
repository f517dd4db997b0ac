import { describe, expect, it } from 'vitest';
import { applyAll, applyEphemeral, emptyChat, type ChatState } from '../src/store';
import type { Queue } from '../src/types';
import { team } from '../src/strings/team';
import { dueAt, Heard, queueWords } from '../src/waiting';
import { learn } from '../src/words';
import { state } from './build';

learn(team);

const began = Date.UTC(2026, 0, 5, 10);

function waiting(...updates: Queue[]): ChatState {
  const event = state(1, 'waiting');
  const chat = applyAll(emptyChat({ id: 'c' }), [{ ...event, data: { ...event.data, at: new Date(began).toISOString() } } as typeof event]);
  return updates.reduce((before, data) => applyEphemeral(before, { type: 'queue', data }, began), chat);
}

describe('the place in line', () => {
  it.each<[string, Queue[], boolean, string]>([
    ['before the first word of it', [], false, 'Waiting for a person'],
    ['alone, without a usual wait', [{ position: 1 }], false, 'Waiting for a person'],
    ['first, with the usual wait', [{ position: 1, wait: [2, 5] }], false, 'Waiting for a person · usually 2–5 min'],
    ['second', [{ position: 2, wait: [2, 5] }], false, '2nd in line · usually 2–5 min'],
    ['rounded up', [{ position: 3, wait: [0.2, 4.1] }], false, '3rd in line · usually 1–5 min'],
    ['one number', [{ position: 2, wait: [3, 3] }], false, '2nd in line · usually 3 min'],
    ['no number at all', [{ position: 2, wait: ['x', null] as unknown as [number, number] }], false, '2nd in line'],
    ['better', [{ position: 3 }, { position: 2 }], false, '2nd in line'],
    ['worse, which is explained', [{ position: 2, wait: [2, 5] }, { position: 3, wait: [2, 5] }], false, '3rd in line · Someone who has waited longer has joined the line'],
    ['worse, and said again', [{ position: 2 }, { position: 3 }, { position: 3 }], false, '3rd in line · Someone who has waited longer has joined the line'],
    ['worse, and better again', [{ position: 2 }, { position: 3 }, { position: 2, wait: [2, 5] }], false, '2nd in line · usually 2–5 min'],
    ['late: the range is not true any more', [{ position: 2, wait: [2, 5] }], true, '2nd in line'],
  ])('%s', (_, updates, late, want) => {
    expect(queueWords(waiting(...updates), late)).toBe(want);
  });

  it('is over with the wait', () => {
    expect(applyAll(waiting({ position: 2 }), [state(2, 'agent', 'Maya')]).queue).toBeUndefined();
  });
});

describe('the usual wait has passed', () => {
  const usual = waiting({ position: 2, wait: [2, 5] });
  it.each<[string, ChatState, number, number]>([
    ['after its longest', usual, began, began + 300_000],
    ['by a clock that is behind the server\'s', usual, began - 60_000, began + 240_000],
    ['never without a range', waiting({ position: 2 }), began, 0],
    ['never with an agent', applyAll(usual, [state(2, 'agent', 'Maya')]), began, 0],
  ])('%s', (_, chat, now, want) => {
    expect(dueAt(chat, now)).toBe(want);
  });
});

describe('what a screen reader hears of the line', () => {
  it('is what changed, at most every 30 seconds, and the last word is not lost', () => {
    const said: string[] = [];
    const heard = new Heard((text) => said.push(text));
    expect(heard.tell('3rd', 100_000)).toBe(0);
    expect(heard.tell('2nd', 110_000)).toBe(20_000);
    expect(said).toEqual(['3rd']);
    expect(heard.tell('2nd', 130_000)).toBe(0);
    expect(heard.tell('2nd', 900_000)).toBe(0);
    expect(said).toEqual(['3rd', '2nd']);
  });
});
