// What a visitor who waits is told: her place in line, the usual range, and when
// that has passed. Never a countdown.
import type { ChatState } from './store';
import { s, say } from './kit';

/** The usual wait in whole minutes, rounded up; undefined when the server knows none. */
export function usual(state: ChatState): [low: number, high: number] | undefined {
  const wait = state.queue?.wait;
  if (!Array.isArray(wait)) return undefined;
  const [low, high] = wait.map((minutes) => Math.max(1, Math.ceil(Number(minutes))));
  return low && high ? [low, Math.max(low, high)] : undefined;
}

/** When the usual wait has passed, in ms; 0 when there is no such time. A clock that runs behind the server's counts from now. */
export function dueAt(state: ChatState, now: number): number {
  const range = usual(state);
  if (state.phase !== 'waiting' || state.since === 0 || !range) return 0;
  return Math.min(state.since, now) + range[1] * 60_000;
}

/** Her place, from the second on; '' when there is none to tell. */
export function place(state: ChatState): string {
  const position = state.queue?.position ?? 0;
  return position > 1 ? say(s.position, position) : '';
}

/** The words of the banner; `late` when the range has passed. */
export function queueWords(state: ChatState, late: boolean): string {
  const range = usual(state);
  const rest = state.queue?.passed ? s.passed : range && !late ? say(s.usually, range[0] === range[1] ? range[0] : range.join('–')) : '';
  return [place(state) || s.waiting, rest].filter(Boolean).join(' · ');
}

const waitEvery = 30_000;

/** What a screen reader has heard of the wait. */
export class Heard {
  private at = 0;
  private text = '';

  constructor(private readonly say: (text: string) => void) {}

  /** Says what is new, at most every 30 s; returns in how many ms to come again, 0 for not. */
  tell(text: string, now: number): number {
    if (text === this.text) return 0;
    const wait = this.at + waitEvery - now;
    if (wait > 0) return wait;
    [this.at, this.text] = [now, text];
    this.say(text);
    return 0;
  }
}
