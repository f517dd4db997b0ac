// One redraw per animation frame, however many events came in between; a hidden
// page has no frames, so there a short timer takes their place.

export class Frame {
  private asked = false;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly draw: () => void) {}

  ask(): void {
    if (this.asked || this.stopped) return;
    this.asked = true;
    if (document.visibilityState === 'hidden') setTimeout(this.run, 100);
    else requestAnimationFrame(this.run);
  }

  /** Draws again in so many ms, unless something asks sooner. */
  askIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), ms);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private readonly run = (): void => {
    this.asked = false;
    if (!this.stopped) this.draw();
  };
}
