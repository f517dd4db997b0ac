import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api';
import { EventParser } from '../src/sse';
import { delay, EventStream, type Connection } from '../src/stream';

describe('EventParser', () => {
  const source = ': hi\r\n\r\nid: 7\r\nevent: message\r\ndata: {"a":\r\ndata: "ü"}\r\n\r\ndata:x\n\nevent: empty\n\nid: 8\r\nevent: state\ndata: {}\r\n\n';
  const want = [
    { type: 'message', id: '7', data: '{"a":\n"ü"}' }, { type: 'message', id: '', data: 'x' }, { type: 'state', id: '8', data: '{}' },
  ];

  it('reads events however the chunks fall', () => {
    for (let size = 1; size <= source.length; size++) {
      const parser = new EventParser();
      const got = [];
      for (let i = 0; i < source.length; i += size) got.push(...parser.push(source.slice(i, i + size)));
      expect(got, `chunks of ${size}`).toEqual(want);
    }
  });
});

describe('delay', () => {
  it('grows from 1 s to 30 s with jitter and stays there', () => {
    expect([0, 1, 2, 3, 4, 5, 200].map((n) => delay(n, 1))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(delay(200, 0)).toBe(15000);
  });
});

describe('EventStream', () => {
  let connects = 0;
  let statuses: Connection[] = [];
  let seen: string[] = [];
  let answer: () => Promise<Response>;
  let stream: EventStream;
  let refused: number[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    [connects, statuses, seen, refused] = [0, [], [], []];
    stream = new EventStream({
      connect: () => { connects++; return answer(); },
      event: (event) => seen.push(event.data), status: (status) => statuses.push(status),
      refused: (error) => refused.push(error.status), random: () => 1, isOnline: () => true,
    });
  });
  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  it('never gives up, and tries at once when the device comes back', async () => {
    answer = () => Promise.reject(new ApiError(0, 'network', ''));
    stream.start();
    for (let i = 0; i < 200; i++) await vi.advanceTimersByTimeAsync(30_000);
    expect(connects).toBeGreaterThan(195);
    const before = connects;
    window.dispatchEvent(new Event('online'));
    expect(connects).toBe(before + 1);
  });

  it('delivers events, and opens again when the server ends the response', async () => {
    answer = async () => new Response('id: 1\ndata: one\n\n');
    stream.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(seen).toEqual(['one']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connects).toBe(2);
    expect(statuses).toContain('online');
  });

  it('takes 40 s without a byte for a dead line', async () => {
    answer = async () => new Response(new ReadableStream());
    stream.start();
    await vi.advanceTimersByTimeAsync(39_000);
    expect(connects).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(connects).toBe(2);
  });

  it('waits as long as the server asks', async () => {
    answer = () => Promise.reject(new ApiError(429, 'rate_limited', '', 20));
    stream.start();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(connects).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(connects).toBe(2);
  });

  it('stops when the conversation is not ours', async () => {
    answer = () => Promise.reject(new ApiError(404, 'not_found', ''));
    stream.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([connects, refused]).toEqual([1, [404]]);
  });
});
