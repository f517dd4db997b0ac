import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox, type OutItem, type Outcome } from '../src/outbox';

let online = true;
let answers: Outcome[] = [];
let posted: { id: string; text: string }[] = [];
let returned: [string, number][] = [];
let saved: OutItem[] = [];
let outbox: Outbox;

beforeEach(() => {
  online = true;
  [answers, posted, returned, saved] = [[], [], [], []];
  let ids = 0;
  outbox = new Outbox({
    deliver: async (item) => {
      posted.push({ id: item.client_id, text: item.text });
      return answers.shift() ?? { kind: 'sent' };
    },
    save: (items) => { saved = items.map((item) => ({ ...item })); },
    changed: () => undefined, isOnline: () => online, newId: () => `c_${++ids}`, now: () => 0,
    returned: (item, seconds) => returned.push([item.text, seconds]), failed: () => undefined, sent: () => undefined,
  });
});

const statuses = (): string[] => outbox.items.map((item) => `${item.text}:${item.status}`);
const settle = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve); });

describe('outbox', () => {
  it('keeps a failed message and retries it under the same client_id', async () => {
    answers = [{ kind: 'refused', reason: '' }];
    outbox.add('hello');
    await settle();
    expect(statuses()).toEqual(['hello:failed']);
    expect(saved.map((item) => item.text)).toEqual(['hello']);
    outbox.retry('c_1');
    await settle();
    expect(posted.map((post) => post.id)).toEqual(['c_1', 'c_1']);
    expect(statuses()).toEqual(['hello:sent']);
    expect(saved).toEqual([]);
  });

  it('queues while offline and sends in order, once each', async () => {
    online = false;
    for (const text of ['a', 'b', 'c']) outbox.add(text);
    await settle();
    expect(posted).toEqual([]);
    expect(saved.length).toBe(3);
    online = true;
    outbox.retry();
    outbox.retry();
    await settle();
    expect(posted.map((post) => post.text)).toEqual(['a', 'b', 'c']);
  });

  it('sends again by itself what failed for want of a connection, and nothing else', async () => {
    answers = [{ kind: 'refused', reason: 'no' }, { kind: 'unreachable' }];
    outbox.add('a');
    outbox.add('b');
    await settle();
    expect(statuses()).toEqual(['a:failed', 'b:failed']);
    outbox.retry();
    await settle();
    expect(statuses()).toEqual(['a:failed', 'b:sent']);
  });

  it('lets nothing overtake what failed for want of a connection', async () => {
    answers = [{ kind: 'unreachable' }];
    outbox.add('a');
    outbox.add('b');
    await settle();
    expect(statuses()).toEqual(['a:failed', 'b:failed']);
    outbox.add('c');
    await settle();
    expect(posted.map((post) => post.text)).toEqual(['a', 'a', 'b', 'c']);
  });

  it('sends with the one she retries what failed like it, in order', async () => {
    answers = [{ kind: 'unreachable' }];
    outbox.add('a');
    outbox.add('b');
    await settle();
    outbox.retry('c_2');
    await settle();
    expect(posted.map((post) => post.text)).toEqual(['a', 'a', 'b']);
  });

  it('gives a limited message back to the composer with the time to wait', async () => {
    answers = [{ kind: 'limited', seconds: 20 }];
    outbox.add('too fast');
    await settle();
    expect(returned).toEqual([['too fast', 20]]);
    expect(outbox.items).toEqual([]);
  });

  it('lets a limited queue wait in order', async () => {
    vi.useFakeTimers();
    answers = [{ kind: 'limited', seconds: 5 }];
    outbox.add('a');
    outbox.add('b');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(statuses()).toEqual(['a:queued', 'b:queued']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(posted.map((post) => post.text)).toEqual(['a', 'a', 'b']);
    vi.useRealTimers();
  });

  it('drops its copy when the log has the message, also before the answer', async () => {
    outbox.add('a');
    outbox.settle('c_1');
    await settle();
    expect(outbox.items).toEqual([]);
  });

  it('takes up what was kept over a reload, once', () => {
    online = false;
    const kept: OutItem[] = [{ client_id: 'c_9', text: 'old', at: 0, status: 'sending' }];
    outbox.restore(kept);
    outbox.restore(kept);
    expect(statuses()).toEqual(['old:queued']);
  });
});
