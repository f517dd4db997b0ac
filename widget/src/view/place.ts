// The place below the last line for a card that was asked for: one at a time, and
// it gets the focus.
import type { Log } from './log';

export class Place {
  private card: HTMLElement | undefined;

  constructor(private readonly log: Log, private readonly gone: () => void) {}

  show(card: HTMLElement): void {
    this.clear();
    this.card = card;
    this.log.element.querySelector('.tail')?.append(card);
    card.querySelector<HTMLElement>('input,textarea,select,.quiet')?.focus();
    card.scrollIntoView({ block: 'nearest' });
  }

  isTaken(): boolean {
    return this.card?.isConnected === true;
  }

  clear(): void {
    this.card?.remove();
  }

  /** She is done with the card. */
  readonly leave = (): void => {
    this.clear();
    this.gone();
  };
}
