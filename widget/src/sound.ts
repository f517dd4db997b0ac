// Two short notes, made by the browser, in one of the tabs.
let context: AudioContext | undefined;

/** Rings in one tab, at most every 3 s. A browser without sound says nothing. */
export function ring(): void {
  const alone = async (lock: Lock | null): Promise<void> => {
    if (!lock) return;
    void play().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  };
  if (navigator.locks) void navigator.locks.request('handoff:sound', { ifAvailable: true }, alone);
  else void play().catch(() => undefined);
}

async function play(): Promise<void> {
  context ??= new AudioContext();
  void context.resume();
  const gain = context.createGain();
  gain.connect(context.destination);
  const start = context.currentTime;
  for (const [i, frequency] of [660, 880].entries()) {
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(gain);
    note.start(start + i * 0.12);
    note.stop(start + 0.35);
  }
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.08, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
}
