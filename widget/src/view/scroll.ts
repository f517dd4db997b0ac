// Scroll manners: follow the end only while the visitor is there, never lose the
// first line of a long answer, and count what arrives while she reads above.

const near = 48;

export class Scroller {
  /** True while the log follows what arrives. */
  following = true;
  private expected = -1;

  constructor(private readonly log: HTMLElement, moved: () => void) {
    log.addEventListener('scroll', () => {
      if (Math.abs(log.scrollTop - this.expected) > 2) this.following = this.atEnd();
      moved();
    }, { passive: true });
  }

  atEnd(): boolean {
    return this.log.scrollHeight - this.log.clientHeight - this.log.scrollTop < near;
  }

  /**
   * Moves to the end if following. `latest` is the newest line of others: when it is
   * taller than the log its top stays in sight.
   */
  settle(latest: HTMLElement | undefined): void {
    if (!this.following) return;
    const end = this.log.scrollHeight - this.log.clientHeight;
    const top = latest && latest.offsetHeight > this.log.clientHeight - 32 ? latest.offsetTop - 12 : end;
    this.to(Math.min(end, top));
  }

  end(): void {
    this.following = true;
    this.to(this.log.scrollHeight - this.log.clientHeight);
  }

  /** How far the end of the log is from what is on screen, in px. */
  below(): number {
    return this.log.scrollHeight - this.log.scrollTop;
  }

  /** Keeps what is on screen in place while `change` puts lines above it. */
  hold(change: () => void, below = this.below()): void {
    change();
    this.to(this.log.scrollHeight - below);
  }

  private to(top: number): void {
    const wanted = Math.max(0, Math.round(top));
    this.expected = wanted;
    if (Math.abs(this.log.scrollTop - wanted) > 1) this.log.scrollTop = wanted;
  }
}
