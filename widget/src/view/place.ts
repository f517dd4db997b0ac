// The place below the last line for a card that was asked for: one at a time, and
// it gets the focus.
import type { Log } from './log';

export class Place {
  private standing: HTMLElement | undefined;

  constructor(private readonly log: Log, private readonly gone: () => void) {}

  show(card: HTMLElement): void {
    this.clear();
    this.standing = card;
    this.log.element.querySelector('.tail')?.append(card);
    card.querySelector<HTMLElement>('input,textarea,select,.quiet')?.focus();
    card.scrollIntoView({ block: 'nearest' });
  }

  isTaken(): boolean {
    return this.standing?.isConnected === true;
  }

  clear(): void {
    this.standing?.remove();
  }

  /** She is done with the card. */
  readonly leave = (): void => {
    this.clear();
    this.gone();
  };
}
