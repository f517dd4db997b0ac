// One redraw per animation frame, however many events came in between; a hidden
// page has no frames, so there a short timer takes their place.

export class Frame {
  private asked = false;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = Infinity;

  constructor(private readonly draw: () => void) {}

  ask(): void {
    if (this.asked || this.stopped) return;
    this.asked = true;
    // A frame that is hidden in its page has no frames either, and does not know it.
    const hidden = document.visibilityState === 'hidden';
    setTimeout(this.run, hidden ? 100 : 1_000);
    if (!hidden) requestAnimationFrame(this.run);
  }

  /** Draws again in so many ms at the latest, and in a day at most; the soonest of several counts until the next draw. */
  askIn(ms: number): void {
    const due = Date.now() + ms;
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.ask(), Math.min(ms, 86_400_000));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private readonly run = (): void => {
    if (!this.asked) return;
    this.asked = false;
    this.due = Infinity;
    clearTimeout(this.timer);
    if (!this.stopped) this.draw();
  };
}
