// What the small loader hands to the panel, and what it gets back. Types only.
import type { Attributes, WidgetConfig } from './types';

export type Status = 'idle' | 'connecting' | 'online' | 'offline';

export type ConversationState =
  | { phase: 'bot' }
  | { phase: 'requested' | 'waiting'; position?: number; waitMin?: [number, number] }
  | { phase: 'agent'; agent: { name: string; avatar?: string } }
  | { phase: 'offline'; nextOpen?: string }
  | { phase: 'closed'; reason: string };

export interface HandoffState { status: Status; unread: number; conversation: ConversationState }

/** One field of the site's own form; its words are plain text. */
export interface FormField {
  id: string; label: string; type: 'text' | 'email' | 'tel' | 'textarea' | 'select' | 'checkbox';
  required?: boolean; max?: number; options?: string[]; autocomplete?: string;
}
export interface FormSchema { fields: FormField[]; consent?: { label: string; href: string } }

/** What boot was given, as the settings module has checked it. */
export interface Options {
  key: string;
  baseUrl?: string;
  user?: { jwt: string } | null;
  locale?: string;
  dir?: string;
  theme?: string;
  accent?: string;
  position?: string;
  offset?: { x: number; y: number };
  launcher?: boolean | { selector: string };
  container?: Element;
  isolation?: string;
  persistence?: string;
  consent?: string;
  pageContext?: string;
  unavailable?: string;
  unavailableText?: string;
  greeting?: string;
  greetAfter?: number;
  starters?: string[];
  escalation?: { afterAnswers?: number; form?: FormSchema | 'none' };
  sounds?: boolean;
  unreadIcon?: string;
  exposeText?: boolean;
}

export interface Core {
  /** Origin of the chat server, without a slash at the end. */
  base: string;
  config: WidgetConfig;
  options: Options;
  root: ShadowRoot;
  container: HTMLElement;
  launcher: HTMLButtonElement;
  sheet: CSSStyleSheet;
  /** The loader's own style text: the sheet holds it and the panel's. */
  css: string;
  /** Address of the module that shows the chat, below /w/. */
  module: string;
  /** Tells listeners and the window; false when a listener prevented it. Across a frame that takes a moment. */
  emit(name: string, detail?: unknown): boolean | Promise<boolean>;
  /** Starts again with other options; nobody is logged out. */
  restart(options: Options): void;
  /** Fetches the panel, as interest in the button does. */
  load(): Promise<Panel>;
  /** Opens or closes the panel for the visitor, who gets the focus. */
  toggle(): void;
}

export interface OpenOptions { draft?: string; view?: string }

export interface Panel {
  /** `focus` moves the focus to the composer: only when the visitor herself opened it. */
  open(o: OpenOptions, focus: boolean): void;
  close(): void;
  isOpen(): boolean;
  send(text: string, o?: { silent?: boolean }): { id: string };
  escalate(o?: { reason?: string; fields?: Record<string, string> }): Promise<ConversationState>;
  cancelEscalation(): Promise<void>;
  setContext(attributes: Attributes): void;
  /** Resolves when the server has agreed that she is whom the site's token names. */
  identify(user: { jwt: string }): Promise<{ verified: true; visitorId: string }>;
  track(name: string, props?: Attributes): void;
  /** Options or config have changed: shows them. */
  refresh(): void;
  state(): HandoffState;
  /** Leaves the page without logging out. */
  leave(): void;
  shutdown(o?: { forget?: boolean }): Promise<void>;
}

/** What panel.js exports. */
export interface PanelModule {
  /** Loads the visitor's language; to be done before mount. Does not fail. */
  speak(core: Core): Promise<void>;
  mount(core: Core): Panel;
  /** Ends and forgets the session of a page whose panel was never mounted. */
  wipe(core: Core, o?: { forget?: boolean }): Promise<void>;
}
