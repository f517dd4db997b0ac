// What the small loader hands to the panel, and what it gets back. Types only.
import type { Attributes, WidgetConfig } from './types';

export type Status = 'idle' | 'connecting' | 'online' | 'offline' | 'error';

export type ConversationState =
  | { phase: 'bot' }
  | { phase: 'requested' | 'waiting'; position?: number; waitMin?: [number, number] }
  | { phase: 'agent'; agent: { name: string; avatar?: string } }
  | { phase: 'offline'; nextOpen?: string }
  | { phase: 'closed'; reason: string };

export interface HandoffState { status: Status; unread: number; conversation: ConversationState }

export interface Core {
  /** Origin of the chat server, without a slash at the end. */
  base: string;
  key: string;
  config: WidgetConfig;
  root: ShadowRoot;
  container: HTMLElement;
  launcher: HTMLButtonElement;
  sheet: CSSStyleSheet;
  /** The loader's own style text: the sheet holds it and the panel's. */
  css: string;
  context: Attributes;
  /** Tells listeners and the window; false when a listener prevented it. */
  emit(name: string, detail?: unknown): boolean;
  unread(count: number): void;
  opened(open: boolean): void;
}

export interface OpenOptions { draft?: string; view?: string }

export interface Panel {
  /** `focus` moves the focus to the composer: only when the visitor herself opened it. */
  open(o: OpenOptions, focus: boolean): void;
  close(): void;
  isOpen(): boolean;
  send(text: string, silent: boolean): { id: string };
  escalate(reason?: string, fields?: Record<string, string>): Promise<ConversationState>;
  cancelEscalation(): Promise<void>;
  setContext(attributes: Attributes): void;
  state(): HandoffState;
  shutdown(): Promise<void>;
}

/** What panel.js exports. */
export interface PanelModule { mount(core: Core): Panel }
