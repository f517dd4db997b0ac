// What travels between the widget and the server. Field names are the wire's.

export type Inline =
  | { type: 'text'; text: string; bold?: boolean; italic?: boolean; code?: boolean; strike?: boolean }
  | { type: 'link'; url: string; text: string; host?: string }
  | { type: 'break' };

export type Block =
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'list'; ordered: boolean; start?: number; items: Block[][] }
  | { type: 'code'; text: string; lang?: string }
  | { type: 'quote'; children: Block[] };

export type Role = 'visitor' | 'bot' | 'agent' | 'system';
export type Phase = 'bot' | 'waiting' | 'agent' | 'offline' | 'closed';

export interface Agent { name: string; avatar?: string }
export interface FileRef { id: string; name: string; type: string; size: number; url: string; width?: number; height?: number }
export interface Source { title: string; url?: string; path?: string }

export interface Message {
  seq: number;
  id: string;
  at: string;
  order?: string | number;
  from: { role: Role; name?: string; avatar?: string };
  content?: Block[];
  text: string;
  sources?: Source[];
  files?: FileRef[];
  client_id?: string;
  stopped?: boolean;
  offer?: boolean;
  /** Which line of the system's catalogue it is. */
  notice?: string;
}
export interface Edited { seq: number; of: number | string; content?: Block[]; text: string; dropped?: string[] }
export interface Retracted { seq: number; of: number | string; unseen?: boolean }
export interface StateChange {
  seq: number; at?: string; phase: Phase; agent?: Agent; reason?: string; next_open?: string; contact?: boolean;
}
export interface Rated { seq: number; score: number }

/** Durable events carry `seq`, counted 1, 2, 3 … for this visitor without holes. */
export type Durable =
  | { type: 'message'; data: Message }
  | { type: 'edited'; data: Edited }
  | { type: 'retracted'; data: Retracted }
  | { type: 'state'; data: StateChange }
  | { type: 'rated'; data: Rated }
  | { type: 'unknown'; data: { seq: number } };

export interface Draft { turn: string | number; content?: Block[]; stopped?: boolean; thinking?: boolean }
export interface Queue { position?: number; wait?: [number, number] }
export interface Typing { from: { role: Role; name?: string }; expires_in_ms?: number }

/** Ephemeral events have no number: losing one costs nothing. */
export type Ephemeral =
  | { type: 'draft'; data: Draft }
  | { type: 'queue'; data: Queue }
  | { type: 'typing'; data: Typing };

export interface WidgetConfig {
  key: string;
  title?: string;
  greeting?: string;
  starters?: string[];
  locale?: string;
  /** The tag of the language the widget's own words are in. */
  language?: string;
  /** The launcher's name in it. */
  launcher?: string;
  accent?: string;
  human_button?: { after_answers?: number; strict?: boolean };
  ai?: boolean;
  privacy_url?: string;
  limits?: { message_chars?: number; upload_bytes?: number; uploads_per_message?: number };
  open?: boolean;
  next_open?: string;
  leave_message?: boolean;
  /** Mails are sent: an address can be confirmed by a code. */
  mail?: boolean;
  /** Links to another device can be made. */
  devices?: boolean;
}

export interface ConversationRef {
  id: string; reference?: string; phase?: Phase; unread?: number; updated_at?: string;
  /** An address to answer at is known; the visitor has confirmed it, or the site vouches for it. */
  email?: boolean; verified?: boolean;
}
/** A link that continues the chat on another device, once; `expires_in` is in seconds. */
export interface ConversationLink { url: string; expires_in: number }
export interface ContactFields { name?: string; email?: string; phone?: string; message?: string }
export type Attributes = Record<string, string | number | boolean>;
