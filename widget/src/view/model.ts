// What the views draw and what they may do. They hold no state of their own
// beyond what is being typed.
import type { Chat } from '../chat';
import type { Care, Team } from '../team';
import type { FileRef, WidgetConfig } from '../types';

export interface Model {
  config: WidgetConfig;
  chat: Chat;
  base: string;
  now: number;
  /** Seconds until the server takes messages again; 0 is now. */
  limited: number;
  notice: string;
  /** The module of the team and what it knows; it is there when it was needed. */
  team: Team | undefined;
  care: Care | undefined;
  /** The team takes nothing from her for now: what to say of it; '' otherwise. */
  blocked: string;
}

export interface Actions {
  /** Her words with what stands in the tray. */
  send(text: string, files?: FileRef[]): void;
  showFiles(place: HTMLElement, files: FileRef[]): void;
  retry(id: string): void;
  discard(id: string): void;
  /** Does what the team's module can, when it is there. */
  team(act: (team: Team) => unknown): void;
  human(): void;
  keepTrying(seq: number): void;
  stop(): void;
  newChat(): void;
  close(): void;
  /** Sends her last line again. */
  again(): void;
  /** A thumb on an answer. */
  vote(seq: number, up: boolean): void;
  copy(text: string, button: HTMLElement): void;
  link(url: string): void;
  older(): void;
  typing(): void;
  draft(text: string): void;
  /** The visitor looks at the end of the log. */
  seen(): void;
}

/** A view: one element, redrawn from the model. */
export interface View { element: HTMLElement; update(model: Model): void }
