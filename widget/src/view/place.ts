// The place below the last line for a card that was asked for: one at a time, and
// it gets the focus.

export class Place {
  private standing: HTMLElement | undefined;

  constructor(private readonly below: HTMLElement, private readonly gone: () => void) {}

  show(card: HTMLElement): void {
    this.clear();
    this.standing = card;
    this.below.append(card);
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
