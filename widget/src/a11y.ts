// What a screen reader hears: each message once, when it is complete, from one
// polite region; only a failed send interrupts.
import { h } from './view/dom';
import { en as s } from './strings/en';
import { say } from './words';

const longest = 300;
const queueEvery = 30_000;

export class Announcer {
  readonly element = h('div', { class: 'sr', role: 'status', 'data-handoff': 'announcer' });
  readonly alertElement = h('div', { class: 'sr', role: 'alert' });
  private queueAt = 0;
  private queueText = '';
  private turn = '';

  say(text: string): void {
    this.element.textContent = text;
  }

  message(name: string, text: string): void {
    const short = text.length > longest ? `${text.slice(0, longest)}… ${s.more}` : text;
    this.say(say(s.said, name, short));
  }

  /** Once for each answer, not for each word. */
  answering(turn: string): void {
    if (turn === this.turn) return;
    this.turn = turn;
    this.say(s.answering);
  }

  /** What changed about the wait, at most every 30 s; returns in how many ms to come again, 0 for not. */
  queue(text: string, now: number): number {
    if (text === this.queueText) return 0;
    const wait = this.queueAt + queueEvery - now;
    if (wait > 0) return wait;
    this.queueAt = now;
    this.queueText = text;
    this.say(text);
    return 0;
  }

  /** Emptied first: the same words twice must be heard twice. */
  alert(text: string): void {
    this.alertElement.textContent = '';
    setTimeout(() => { this.alertElement.textContent = text; }, 50);
  }
}
