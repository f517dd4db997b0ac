// One stream per browser. Of the tabs that show a conversation one leads: it holds
// a lock, reads the server's stream and passes every event on; when it goes, the
// lock passes to another, which goes on from the last event it holds. Where the
// browser has no locks (plain HTTP) each tab reads for itself.
import type { ServerEvent } from './sse';
import { listen } from './view/dom';
import { EventStream, type Connection, type StreamOptions } from './stream';

/** What tabs tell each other; structured clones between pages of one origin. */
type Said =
  | { kind: 'event'; event: ServerEvent }
  | { kind: 'status'; status: Connection; last: number }
  /** A tab that has just come, or is looked at again. */
  | { kind: 'hello' };

export interface SharedOptions extends StreamOptions {
  /** The newest event this tab holds. */
  last(): number;
  /** The leader holds newer events: they have to be fetched. */
  behind(): void;
}

export class SharedStream {
  private readonly running = new AbortController();
  private stream: EventStream | undefined;
  private channel: BroadcastChannel | undefined;
  private waiting: AbortController | undefined;
  private release: (() => void) | undefined;
  private status: Connection = 'connecting';

  constructor(private readonly name: string, private readonly o: SharedOptions) {}

  start(): void {
    const { signal } = this.running;
    listen(window, 'pagehide', this.rest, signal);
    listen(window, 'pageshow', this.join, signal);
    listen(document, 'visibilitychange', this.greet, signal);
    this.join();
  }

  stop(): void {
    this.running.abort();
    this.rest();
    this.o.status('idle');
  }

  private readonly join = (): void => {
    if (this.channel || this.stream) return;
    if (!navigator.locks || !('BroadcastChannel' in window)) {
      this.lead();
      return;
    }
    this.o.status('connecting');
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }: MessageEvent<Said>) => this.hear(data);
    this.say({ kind: 'hello' });
    this.waiting = new AbortController();
    const { signal } = this.waiting;
    navigator.locks.request(this.name, { signal }, () => new Promise<void>((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      this.release = resolve;
      this.lead();
    })).catch(() => undefined);
  };

  // Also before the page is kept for the back button, which a lock would prevent.
  private readonly rest = (): void => {
    const { stream } = this;
    this.stream = undefined;
    stream?.stop();
    this.waiting?.abort();
    this.release?.();
    this.release = undefined;
    this.channel?.close();
    this.channel = undefined;
  };

  private readonly greet = (): void => {
    if (document.visibilityState === 'visible') this.say({ kind: 'hello' });
  };

  private lead(): void {
    const stream = new EventStream({
      ...this.o,
      event: (event) => {
        this.o.event(event);
        this.say({ kind: 'event', event });
      },
      status: (status) => {
        if (this.stream === stream) this.tell(status);
      },
    });
    this.stream = stream;
    stream.start();
  }

  private tell(status: Connection): void {
    this.status = status;
    this.o.status(status);
    this.say({ kind: 'status', status, last: this.o.last() });
  }

  private say(said: Said): void {
    this.channel?.postMessage(said);
  }

  private hear(said: Said): void {
    if (this.stream) {
      if (said.kind !== 'hello') return;
      this.say({ kind: 'status', status: this.status, last: this.o.last() });
      this.stream.hurry();
    } else if (said.kind === 'event') this.o.event(said.event);
    else if (said.kind === 'status') {
      this.o.status(said.status);
      if (said.last > this.o.last()) this.o.behind();
    }
  }
}
