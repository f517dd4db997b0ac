// What the visitor has written and the server has not yet acknowledged. One
// message at a time, in order, each under one client_id for life, so that a
// retry after a lost answer cannot store it twice. Text leaves the outbox only
// when the server has it or the visitor deletes it.

import type { FileRef } from './types';

export type OutStatus = 'queued' | 'sending' | 'sent' | 'failed';

export interface OutItem {
  client_id: string;
  text: string;
  files?: FileRef[];
  at: number;
  status: OutStatus;
  /** Why it failed: 'network' heals by itself, anything else waits for Retry. */
  reason?: string;
}

export type Outcome =
  | { kind: 'sent' }
  | { kind: 'unreachable' }
  | { kind: 'limited'; seconds: number }
  | { kind: 'returned' }
  | { kind: 'refused'; reason: string };

export interface OutboxOptions {
  deliver(item: OutItem): Promise<Outcome>;
  /** Keeps the unsent items over a reload. */
  save(items: OutItem[]): void;
  changed(): void;
  isOnline(): boolean;
  newId(): string;
  now(): number;
  /** The item was taken out of the queue: give its text back to the composer. */
  returned(item: OutItem, seconds: number): void;
  failed(item: OutItem): void;
  sent(item: OutItem): void;
}

export class Outbox {
  items: OutItem[] = [];
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly o: OutboxOptions) {}

  restore(items: OutItem[]): void {
    const known = new Set(this.items.map((item) => item.client_id));
    const kept = items.filter((item) => !known.has(item.client_id));
    this.items = [...kept.map((item) => ({ ...item, status: 'queued' as const })), ...this.items];
    this.update();
  }

  add(text: string, files?: FileRef[]): OutItem {
    const item: OutItem = { client_id: this.o.newId(), text, ...(files?.length && { files }), at: this.o.now(), status: 'queued' };
    this.items.push(item);
    this.retry();
    return item;
  }

  /** What failed for want of a connection goes out again, in its place: before what was written after it. So does the one she asks for. */
  retry(id?: string): void {
    for (const item of this.items) {
      if (item.status === 'failed' && (item.client_id === id || item.reason === 'network')) {
        item.status = 'queued';
        delete item.reason;
      }
    }
    this.update();
    void this.flush();
  }

  discard(id: string): void {
    this.items = this.items.filter((item) => item.client_id !== id || item.status === 'sending');
    this.update();
  }

  /** The log has this message now; its optimistic copy goes. */
  settle(id: string): void {
    const kept = this.items.filter((item) => item.client_id !== id);
    if (kept.length === this.items.length) return;
    this.items = kept;
    this.update();
  }

  clear(): void {
    this.stop();
    this.items = [];
    this.update();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  async flush(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      let next = this.next();
      while (next) {
        if (!(await this.step(next))) break;
        next = this.next();
      }
    } finally {
      this.busy = false;
    }
  }

  private next(): OutItem | undefined {
    return this.o.isOnline() ? this.items.find((item) => item.status === 'queued') : undefined;
  }

  private async step(item: OutItem): Promise<boolean> {
    item.status = 'sending';
    this.o.changed();
    const outcome = await this.o.deliver(item);
    if (!this.items.includes(item)) {
      // The stream was faster than the answer, or the visitor started over.
      if (outcome.kind === 'sent') this.o.sent(item);
      return true;
    }
    const go = this.settled(item, outcome);
    this.update();
    return go;
  }

  private settled(item: OutItem, outcome: Outcome): boolean {
    switch (outcome.kind) {
      case 'sent':
        item.status = 'sent';
        this.o.sent(item);
        return true;
      case 'unreachable':
        if (!this.o.isOnline()) {
          item.status = 'queued';
          return false;
        }
        // What was written after it does not overtake it.
        for (const other of this.items) if (other === item || other.status === 'queued') this.fail(other, 'network');
        return true;
      case 'limited':
        return this.limited(item, outcome.seconds);
      case 'returned':
        this.take(item, 0);
        return true;
      case 'refused':
        this.fail(item, outcome.reason);
        return true;
    }
  }

  // One message too many goes back to the composer, where the visitor sees the
  // countdown. A queue of several keeps its order and waits.
  private limited(item: OutItem, seconds: number): boolean {
    const others = this.items.some((other) => other !== item && other.status === 'queued');
    if (!others) {
      this.take(item, seconds);
      return false;
    }
    item.status = 'queued';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), seconds * 1000);
    return false;
  }

  private take(item: OutItem, seconds: number): void {
    this.items = this.items.filter((other) => other !== item);
    this.o.returned(item, seconds);
  }

  private fail(item: OutItem, reason: string): void {
    item.status = 'failed';
    item.reason = reason;
    this.o.failed(item);
  }

  private update(): void {
    this.o.save(this.items.filter((item) => item.status !== 'sent'));
    this.o.changed();
  }
}
