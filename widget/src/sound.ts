// Two short notes, made by the browser: nothing is fetched for them but this.
let context: AudioContext | undefined;

export function ring(): void {
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
