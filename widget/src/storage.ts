// One localStorage entry per widget key, plus one sessionStorage entry for what
// belongs to this tab alone. A browser that refuses storage gets a chat that
// lasts as long as the page.
import type { OutItem } from './outbox';

export interface Kept {
  token?: string;
  conversation?: { id: string; reference?: string };
  read?: number;
  draft?: string;
  outbox?: OutItem[];
  /** The address given last, and in which conversation. */
  contact?: { conversation: string; email: string };
  /** Offers answered with "Keep trying", by seq, of this conversation. */
  declined?: number[];
  /** Conversation whose rating was put aside. */
  unrated?: string;
}

export class Storage {
  private memory: Kept = {};

  constructor(private readonly key: string) {}

  load(): Kept {
    try {
      const text = localStorage.getItem(this.name);
      const value: unknown = text === null ? this.memory : JSON.parse(text);
      return typeof value === 'object' && value !== null ? (value as Kept) : {};
    } catch {
      return this.memory;
    }
  }

  /** Merges into what is kept; another tab may have written meanwhile. undefined removes a field. */
  save(patch: { [K in keyof Kept]: Kept[K] | undefined }): void {
    const merged = { ...this.load(), ...patch };
    this.memory = JSON.parse(JSON.stringify(merged)) as Kept;
    try {
      localStorage.setItem(this.name, JSON.stringify(merged));
    } catch {
      // Full or forbidden: memory has it.
    }
  }

  /** Whether the panel stood open in this tab. */
  wasOpen(): boolean {
    try {
      return sessionStorage.getItem(this.name) === 'open';
    } catch {
      return false;
    }
  }

  setOpen(open: boolean): void {
    try {
      if (open) sessionStorage.setItem(this.name, 'open');
      else sessionStorage.removeItem(this.name);
    } catch {
      // Nothing is lost but the memory of it.
    }
  }

  clear(): void {
    this.memory = {};
    this.setOpen(false);
    try {
      localStorage.removeItem(this.name);
    } catch {
      // It was never written.
    }
  }

  get name(): string {
    return `${this.key}:handoff`;
  }
}
