// What window.Handoff takes and gives. The words are those of docs/widget.md.

export interface FormField {
  id: string;
  label: string;
  type: 'text' | 'email' | 'tel' | 'textarea' | 'select' | 'checkbox';
  required?: boolean;
  /** Characters, up to 2,000. */
  max?: number;
  options?: string[];
  autocomplete?: string;
}

/** At most eight fields; words are plain text. */
export interface FormSchema {
  fields: FormField[];
  consent?: { label: string; href: string };
}

export interface BootOptions {
  /** The public key of the site, pk_…. */
  key: string;
  /** Origin of the chat server; only that of the script. */
  baseUrl?: string;
  /** Signed by the site's server; null says that nobody is signed in. */
  user?: { jwt: string } | null;
  locale?: string;
  dir?: 'ltr' | 'rtl' | 'auto';
  theme?: 'auto' | 'light' | 'dark';
  /** #rrggbb */
  accent?: string;
  position?: 'right' | 'left';
  /** px from the edges. */
  offset?: { x: number; y: number };
  launcher?: boolean | { selector: string };
  container?: Element;
  isolation?: 'shadow' | 'iframe';
  persistence?: 'device' | 'tab' | 'none';
  consent?: 'granted' | 'required';
  /** What is there when the server cannot be reached: nothing, or the button, which says so. */
  unavailable?: 'hide' | 'say';
  /** Said instead of the English words. */
  unavailableText?: string;
  /** The page by its path; the address in full is never told. */
  pageContext?: 'path' | 'none';
  greeting?: string;
  /** Seconds, 5 to 600, after which the greeting is shown beside the button, once in a visit. */
  greetAfter?: number;
  /** At most four. */
  starters?: string[];
  escalation?: { afterAnswers?: number; form?: FormSchema | 'none' };
  sounds?: boolean;
  /** Address of an icon that the page shows while something is unread. */
  unreadIcon?: string;
  exposeText?: boolean;
}

export type Attributes = Record<string, string | number | boolean>;
export type Status = 'idle' | 'connecting' | 'online' | 'offline';

export type ConversationState =
  | { phase: 'bot' }
  | { phase: 'requested' | 'waiting'; position?: number; waitMin?: [number, number] }
  | { phase: 'agent'; agent: { name: string; avatar?: string } }
  | { phase: 'offline'; nextOpen?: string }
  | { phase: 'closed'; reason: string };

export interface HandoffState {
  status: Status;
  unread: number;
  conversation: ConversationState;
}

export interface EscalationRequest {
  reason?: string;
  /** Keeps the widget from asking; then one of the two below ends it. */
  preventDefault(): void;
  proceed(fields?: Record<string, string>): void;
  abort(): void;
}

/** Each also comes as a CustomEvent `handoff:<name>` on window. `text` only with `exposeText`. */
export interface Events {
  ready: Record<string, never>;
  open: Record<string, never>;
  close: Record<string, never>;
  unread: { count: number };
  /** The agent is writing. */
  typing: Record<string, never>;
  'message:sent': { client_id: string; text?: string };
  'message:failed': { client_id: string; text?: string };
  'message:received': { id: string; seq: number; from: 'bot' | 'agent' | 'system'; text?: string };
  'escalation:requested': EscalationRequest;
  'escalation:waiting': { phase: string; reason?: string };
  'conversation:started': { id: string; reference?: string };
  'conversation:claimed': { agent: { name: string; avatar?: string } };
  'conversation:transferred': { agent: { name: string; avatar?: string } };
  'conversation:released': { phase: string; reason?: string };
  'conversation:handed-back': { phase: string; reason?: string };
  'conversation:closed': { reason?: string };
  'csat:submitted': { score: number };
  'identity:changed': { verified: true; visitorId: string };
  'identity:failed': { code: string; message: string };
  'link:clicked': { url: string };
  connection: { status: Status };
  error: { code: string; message: string };
}

export interface HandoffApi {
  boot(options: BootOptions): Promise<void>;
  update(options: Partial<BootOptions>): void;
  shutdown(o?: { forget?: boolean }): Promise<void>;
  open(o?: { draft?: string; view?: 'chat' | 'escalate' | 'history' }): void;
  close(): void;
  toggle(): void;
  isOpen(): boolean;
  /** The button, not the panel. */
  show(): void;
  hide(): void;
  identify(user: { jwt: string }): Promise<{ verified: true; visitorId: string }>;
  track(name: string, props?: Attributes): void;
  setContext(attributes: Attributes): void;
  send(text: string, o?: { silent?: boolean }): Promise<{ id: string }>;
  escalate(o?: { reason?: string; fields?: Record<string, string> }): Promise<ConversationState>;
  cancelEscalation(): Promise<void>;
  on<E extends keyof Events>(name: E, listener: (detail: Events[E]) => void): () => void;
  once<E extends keyof Events>(name: E, listener: (detail: Events[E]) => void): () => void;
  off<E extends keyof Events>(name: E, listener?: (detail: Events[E]) => void): void;
  ready(): Promise<void>;
  consent(given: boolean): void;
  state(): HandoffState;
  /** What to send along with a report of a fault: no words and no tokens. */
  debug(): HandoffState & { version: string };
  version: string;
}
