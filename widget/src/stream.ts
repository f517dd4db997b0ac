// The live connection of one conversation. It never gives up: it waits between
// tries, longer each time up to 30 s, and tries at once when the device comes
// back. It knows nothing of what the events mean, so that a tab which follows
// another tab's stream can take its place.
import { ApiError } from './api';
import { listen } from './view/dom';
import { EventParser, type ServerEvent } from './sse';

export type Connection = 'idle' | 'connecting' | 'online' | 'offline';

export interface StreamOptions {
  /** Opens the response; it must reject with ApiError for anything but 200. */
  connect(signal: AbortSignal): Promise<Response>;
  event(event: ServerEvent): void;
  status(status: Connection): void;
  /** Called for a refusal that trying again will not mend (404, 403). The stream has stopped. */
  refused(error: ApiError): void;
  random?: () => number;
  isOnline?: () => boolean;
}

const silence = 40_000;
const first = 1_000;
const longest = 30_000;

/** Delay in ms before try number n (0 first): 1 s doubling to 30 s, half of it jitter. */
export function delay(n: number, random: number): number {
  return Math.min(longest, first * 2 ** Math.min(n, 10)) * (0.5 + random / 2);
}

export class EventStream {
  private abort: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private running: AbortController | undefined;

  constructor(private readonly o: StreamOptions) {}

  start(): void {
    if (this.running) return;
    this.running = new AbortController();
    const { signal } = this.running;
    listen(window, 'online pageshow', this.wake, signal);
    listen(document, 'visibilitychange', this.wake, signal);
    listen(window, 'offline', this.lost, signal);
    listen(window, 'pagehide', this.pause, signal);
    void this.open();
  }

  stop(): void {
    this.running?.abort();
    this.running = undefined;
    this.cut();
    this.o.status('idle');
  }

  /** Tries at once, when it waits between two tries. */
  hurry(): void {
    if (this.abort || !this.running) return;
    this.tries = 0;
    this.cut();
    void this.open();
  }

  private readonly wake = (): void => {
    if (document.visibilityState !== 'hidden') this.hurry();
  };

  private readonly lost = (): void => {
    this.cut();
    this.retry();
  };

  // A page kept for the back button must not hold a connection.
  private readonly pause = (): void => this.cut();

  private cut(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.abort = undefined;
  }

  private async open(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.o.status(this.isOnline() ? 'connecting' : 'offline');
    this.watch();
    let wait: number | undefined;
    try {
      const response = await this.o.connect(abort.signal);
      if (this.abort !== abort) return;
      this.o.status('online');
      await this.read(response, abort);
    } catch (error) {
      if (this.abort !== abort) return;
      if (error instanceof ApiError) {
        if (error.status === 404 || error.status === 403) {
          this.stop();
          this.o.refused(error);
          return;
        }
        wait = error.retryAfter;
      }
    }
    if (this.abort !== abort || !this.running) return;
    this.cut();
    this.retry(wait);
  }

  private async read(response: Response, abort: AbortController): Promise<void> {
    const reader = response.body?.getReader();
    if (!reader) return;
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.abort !== abort) return;
      this.tries = 0;
      this.watch();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) this.o.event(event);
    }
  }

  // The server sends a comment every 15 s; 40 s without a byte is a dead line.
  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(this.lost, silence);
  }

  private retry(wait?: number): void {
    if (!this.running) return;
    this.o.status(this.isOnline() ? 'connecting' : 'offline');
    const ms = Math.max((wait ?? 0) * 1000, delay(this.tries++, (this.o.random ?? Math.random)()));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), ms);
  }

  private isOnline(): boolean {
    return this.o.isOnline ? this.o.isOnline() : navigator.onLine !== false;
  }
}
