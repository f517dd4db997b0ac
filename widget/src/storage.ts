// What is kept between page loads, one entry per widget key. Where it lies is the
// site's choice: in the browser, in this tab alone, or nowhere (`persistence`). A
// browser that refuses storage gets a chat that lasts as long as the page.
import type { OutItem } from './outbox';

export interface Kept {
  token?: string;
  /** Whom the site has named: the subject of her identity. */
  user?: string;
  conversation?: { id: string; reference?: string };
  read?: number;
  draft?: string;
  outbox?: OutItem[];
  /** The address given last, and in which conversation. */
  contact?: { conversation: string; email: string };
  /** Offers answered with "Keep trying", by seq, of this conversation. */
  declined?: number[];
  /** Thumbs on answers of this conversation, by seq. */
  votes?: Record<string, boolean>;
  /** Conversation whose rating was put aside. */
  unrated?: string;
  /** No sound when a person answers. */
  muted?: boolean;
  /** When the greeting was put aside, in ms since 1970. */
  aside?: number;
}

/** The tab's own entry holds this beside what is kept, or alone. */
interface Tab {
  /** The panel stands open. */
  open?: true | undefined;
  /** How far the end of the log was from what she read above it, in px. */
  below?: number | undefined;
  /** She has been in the chat, or was greeted. */
  met?: true;
}

export class Storage {
  readonly name: string;
  private readonly lasting: globalThis.Storage | undefined;
  private readonly tab: globalThis.Storage | undefined;
  private memory: Kept = {};
  /** The browser took nothing: memory is all there is. */
  private failed = false;

  constructor(key: string, persistence: string | undefined) {
    this.name = `${key}:handoff`;
    const mine = persistence === 'none' ? undefined : area('sessionStorage');
    this.tab = mine;
    this.lasting = persistence === 'none' || persistence === 'tab' ? mine : area('localStorage');
  }

  load(): Kept {
    return (this.failed ? undefined : read<Kept>(this.lasting, this.name)) ?? this.memory;
  }

  /** Merges into what is kept; another tab may have written meanwhile. undefined removes a field. */
  save(patch: { [K in keyof Kept]: Kept[K] | undefined }): void {
    const merged = { ...this.load(), ...patch };
    // Another tab may have logged out: what hangs on a conversation does not outlive it.
    if (!merged.conversation) merged.read = merged.declined = merged.contact = merged.unrated = undefined;
    this.memory = JSON.parse(JSON.stringify(merged)) as Kept;
    this.failed = !write(this.lasting, this.name, this.memory);
  }

  /** What is known of this visit. */
  visit(): Tab {
    return read<Tab>(this.tab, this.name) ?? {};
  }

  /** Merges into that; false where nothing can be kept. undefined removes a field. */
  mark(patch: Tab): boolean {
    return !!this.tab && write(this.tab, this.name, { ...this.visit(), ...patch });
  }

  /** Whether `event` says that another tab has written. */
  concerns(event: StorageEvent): boolean {
    return event.storageArea === this.lasting && (event.key === null || event.key === this.name);
  }

  clear(): void {
    this.memory = {};
    this.failed = false;
    for (const where of [this.lasting, this.tab]) write(where, this.name, {});
  }
}

function area(name: 'localStorage' | 'sessionStorage'): globalThis.Storage | undefined {
  try {
    return window[name];
  } catch {
    return undefined;
  }
}

/** What lies there, {} for nothing; undefined where nothing can be read. */
function read<T>(where: globalThis.Storage | undefined, name: string): T | undefined {
  if (!where) return undefined;
  let text: string | null;
  try {
    text = where.getItem(name);
  } catch {
    return undefined;
  }
  try {
    const value = JSON.parse(text ?? '{}') as unknown;
    return (typeof value === 'object' && value !== null ? value : {}) as T;
  } catch {
    return {} as T;
  }
}

/** An entry that holds nothing is not there. False when the browser refused: full or forbidden. */
function write(where: globalThis.Storage | undefined, name: string, value: object): boolean {
  const text = JSON.stringify(value);
  try {
    if (text === '{}') where?.removeItem(name);
    else where?.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
