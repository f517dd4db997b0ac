// What the views draw and what they may do. They hold no state of their own
// beyond what is being typed.
import type { Chat } from '../chat';
import type { ContactCard, Fields } from '../contact';
import type { Tray } from '../files';
import type { ContactFields, FileRef, WidgetConfig } from '../types';
import type { Entry } from './menu';

export interface Model {
  config: WidgetConfig;
  chat: Chat;
  base: string;
  now: number;
  /** Seconds until the server takes messages again; 0 is now. */
  limited: number;
  notice: string;
  contact: ContactCard;
  fields: Fields;
  /** The address given in this browser; '' for none. */
  email: string;
  /** She has waited longer than is usual. */
  late: boolean;
  /** The team takes nothing from her for now: what to say of it; '' otherwise. */
  blocked: string;
  rating: 'none' | 'form' | 'thanks';
  /** Fills the screen; no room to be widened. */
  phone: boolean;
  wide: boolean;
  muted: boolean;
}

export interface Actions {
  /** Her words with what stands in the tray. */
  send(text: string, files?: FileRef[]): void;
  /** Makes the tray for files; `changed` is called when something in it has. */
  tray(changed: () => void): Promise<Tray>;
  showFiles(place: HTMLElement, files: FileRef[]): void;
  notify(text: string): void;
  retry(id: string): void;
  discard(id: string): void;
  human(): void;
  keepTrying(seq: number): void;
  cancelWaiting(): void;
  stop(): void;
  askContact(): void;
  contact(fields: ContactFields): Promise<void>;
  /** Confirms the address by the code that was mailed. */
  verify(code: string): Promise<void>;
  /** Puts the form aside until there is another question. */
  setAside(): void;
  rate(score: number, comment: string): Promise<void>;
  skipRating(): void;
  newChat(): void;
  endChat(): void;
  /** Shows the link to another device; asks whether everything is to go. */
  otherDevice(): void;
  endAndClear(): void;
  transcript(): void;
  close(): void;
  redraw(): void;
  /** Sends her last line again. */
  again(): void;
  /** A thumb on an answer. */
  vote(seq: number, up: boolean): void;
  mute(): void;
  widen(): void;
  /** Her other chats, newest first. */
  earlier(): Promise<Entry[]>;
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
