// What a screen reader hears: each message once, when it is complete, from one
// polite region; only a failed send interrupts.
import { h } from './view/dom';
import { en as s } from './strings/en';
import { say } from './words';

const longest = 300;

export class Announcer {
  readonly element = h('div', { class: 'sr', role: 'status', 'data-handoff': 'announcer' });
  readonly alertElement = h('div', { class: 'sr', role: 'alert' });
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

  /** Emptied first: the same words twice must be heard twice. */
  alert(text: string): void {
    this.alertElement.textContent = '';
    setTimeout(() => { this.alertElement.textContent = text; }, 50);
  }
}
