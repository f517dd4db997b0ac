// One conversation as the visitor sees it: a pure fold over its events. Durable
// events are applied strictly in the order of their seq; one that arrives early
// is held until the hole before it is filled, one that arrives twice is dropped.
import type {
  Agent, Block, ConversationRef, Draft, Durable, Edited, Ephemeral, FileRef, Message, Phase, Queue, Retracted, StateChange, Typing,
} from './types';

export interface Turn { id: string; content: Block[]; thinking: boolean; stopped: boolean }
export interface TypingNow { name: string; until: number }

/** The latest change to a message: new content, or that it was taken back; unseen leaves no trace. */
export type Amendment = { seq: number; content: Block[] | undefined; text: string; dropped: string[] } | { seq: number; removed: true; unseen: boolean };

export interface ChatState {
  conversation: ConversationRef | undefined;
  /** Seq of the oldest event held; 0 before the first page. */
  first: number;
  /** Seq of the newest event applied; 0 for none. */
  last: number;
  /** Events beyond a hole, by seq. */
  held: ReadonlyMap<number, Durable>;
  messages: readonly Message[];
  amended: ReadonlyMap<string, Amendment>;
  phase: Phase;
  agent: Agent | undefined;
  reason: string | undefined;
  nextOpen: string | undefined;
  /** The server asks for contact details. */
  contact: boolean;
  /** Seq of the newest state event: offers before it are over. */
  stateSeq: number;
  rated: number;
  turn: Turn | undefined;
  /** Her place in line; `passed` when somebody came in before her since it was shown last. */
  queue: (Queue & { passed: boolean }) | undefined;
  /** When the present phase began; 0 when not known. */
  since: number;
  typing: TypingNow | undefined;
  /** Highest seq the visitor has seen. */
  read: number;
}

export function emptyChat(conversation?: ConversationRef, read = 0): ChatState {
  return {
    conversation, first: 0, last: 0, held: new Map(), messages: [], amended: new Map(), phase: 'bot',
    agent: undefined, reason: undefined, nextOpen: undefined, contact: false, stateSeq: 0, rated: 0,
    turn: undefined, queue: undefined, since: 0, typing: undefined, read,
  };
}

/** A page of history that ends at the newest event: the fold starts behind it. */
export function startAt(state: ChatState, page: readonly Durable[], phase: Phase): ChatState {
  const firstSeq = page[0]?.data.seq ?? 1;
  const start: ChatState = { ...state, first: firstSeq, last: firstSeq - 1, phase };
  return applyAll(start, page);
}

export function applyAll(state: ChatState, events: readonly Durable[]): ChatState {
  return events.reduce(applyDurable, state);
}

export function hasHole(state: ChatState): boolean {
  return state.held.size > 0;
}

export function applyDurable(state: ChatState, event: Durable): ChatState {
  const seq = event.data.seq;
  if (!Number.isInteger(seq) || seq <= state.last || state.held.has(seq)) return state;
  const held = new Map(state.held).set(seq, event);
  let next: ChatState = { ...state, held };
  for (let due; (due = held.get(next.last + 1)); next = fold(next, due)) held.delete(next.last + 1);
  return next;
}

function fold(state: ChatState, event: Durable): ChatState {
  const seq = event.data.seq;
  const base = { ...state, last: seq, first: state.first || seq };
  switch (event.type) {
    case 'message': return withMessage(base, event.data);
    case 'edited': return { ...base, amended: amend(base.amended, event) };
    case 'retracted': return { ...base, amended: amend(base.amended, event), messages: base.messages.map((m) => forget(m, event.data)) };
    case 'state': return withState(base, event.data);
    case 'rated': return { ...base, rated: event.data.score };
    case 'unknown': return base;
  }
}

function withMessage(state: ChatState, message: Message): ChatState {
  const role = message.from.role;
  const next = { ...state, messages: [...state.messages, message] };
  if (role === 'visitor') next.read = message.seq;
  if (role !== 'system' && (role !== 'visitor' || state.turn?.stopped)) next.turn = undefined;
  if (role === 'agent') next.typing = undefined;
  return next;
}

function withState(state: ChatState, change: StateChange): ChatState {
  const still = change.phase === state.phase;
  return {
    ...state,
    phase: change.phase,
    agent: change.agent,
    reason: change.reason,
    nextOpen: change.next_open,
    contact: change.contact ?? false,
    stateSeq: change.seq,
    rated: change.phase === 'closed' ? 0 : state.rated,
    turn: change.phase === 'bot' ? state.turn : undefined,
    queue: still ? state.queue : undefined,
    since: Date.parse(change.at ?? '') || 0,
    typing: change.phase === 'agent' ? state.typing : undefined,
  };
}

type Amending = { type: 'edited'; data: Edited } | { type: 'retracted'; data: Retracted };

function amend(amended: ReadonlyMap<string, Amendment>, event: Amending): ReadonlyMap<string, Amendment> {
  const of = String(event.data.of);
  const known = amended.get(of);
  if (known && known.seq > event.data.seq) return amended;
  const { seq } = event.data;
  const change: Amendment = event.type === 'retracted'
    ? { seq, removed: true, unseen: event.data.unseen === true }
    : { seq, content: event.data.content, text: event.data.text, dropped: [...(known && 'dropped' in known ? known.dropped : []), ...(event.data.dropped ?? [])] };
  return new Map(amended).set(of, change);
}

/** What was taken back is not kept in memory either. */
function forget(message: Message, { of }: Retracted): Message {
  return String(message.seq) === String(of) || message.id === of ? { ...message, text: '', content: [], sources: [], files: [] } : message;
}

/** Messages that came with the events between two states of one conversation. */
export function fresh(before: ChatState, after: ChatState): Message[] {
  return after.messages.filter((message) => message.seq > before.last);
}

/** What became of a message, if anything. Amendments name it by seq or by id. */
export function amendmentOf(state: ChatState, message: Message): Amendment | undefined {
  return state.amended.get(String(message.seq)) ?? state.amended.get(message.id);
}

/**
 * Puts an older page in front. Its ratings are history and change nothing; its
 * newest state counts only while no state event is known.
 */
export function prepend(state: ChatState, page: readonly Durable[]): ChatState {
  const older = page.filter((event) => event.data.seq < state.first);
  if (older.length === 0) return state;
  const messages: Message[] = [];
  let amended = state.amended;
  for (const event of older) {
    if (event.type === 'message') messages.push(event.data);
    else if (event.type === 'edited' || event.type === 'retracted') amended = amend(amended, event);
  }
  const next = { ...state, first: older[0]?.data.seq ?? state.first, messages: [...messages, ...state.messages], amended };
  const change = state.stateSeq === 0 ? older.filter((event) => event.type === 'state').pop() : undefined;
  return change?.type === 'state' ? withState(next, change.data) : next;
}

export function applyEphemeral(state: ChatState, event: Ephemeral, now: number): ChatState {
  switch (event.type) {
    case 'draft': return withDraft(state, event.data);
    case 'queue': return { ...state, queue: { ...event.data, passed: passed(state.queue, event.data) } };
    case 'typing': return withTyping(state, event.data, now);
  }
}

// A place further back needs a word of explanation until it is better again.
function passed(before: ChatState['queue'], now: Queue): boolean {
  const [was, is] = [before?.position ?? 0, now.position ?? 0];
  return was > 0 && (is > was || (is === was && before?.passed === true));
}

function withDraft(state: ChatState, draft: Draft): ChatState {
  if (state.phase !== 'bot') return { ...state, turn: undefined };
  const content = draft.content ?? [];
  if (draft.stopped && content.length === 0) return { ...state, turn: undefined };
  const turn = { id: String(draft.turn), content, thinking: content.length === 0, stopped: draft.stopped === true };
  return { ...state, turn };
}

const typingLasts = 6_000;

function withTyping(state: ChatState, typing: Typing, now: number): ChatState {
  if (typing.from.role !== 'agent') return state;
  const lasts = Math.min(typing.expires_in_ms ?? typingLasts, typingLasts);
  return { ...state, typing: lasts > 0 ? { name: typing.from.name ?? '', until: now + lasts } : undefined };
}

/** Messages from others beyond what was read, removed ones and system lines not counted. */
export function unreadCount(state: ChatState): number {
  return state.messages.filter((message) => message.seq > state.read
    && (message.from.role === 'bot' || message.from.role === 'agent')
    && !isRemoved(amendmentOf(state, message))).length;
}

export function isRemoved(amendment: Amendment | undefined): boolean {
  return amendment !== undefined && 'removed' in amendment;
}

/**
 * The words of a message as they are now; undefined when there is nothing to
 * show: it was taken back before she saw it, or its words are gone already and
 * the event that says so is still to come.
 */
export function wordsOf(state: ChatState, message: Message): string | undefined {
  const amendment = amendmentOf(state, message);
  if (amendment && 'removed' in amendment) return amendment.unseen ? undefined : '';
  return (amendment ? amendment.text : message.text) || filesOf(state, message).map(({ name }) => name).join(', ') || undefined;
}

/** The files that a message still carries. */
export function filesOf(state: ChatState, message: Message): FileRef[] {
  const amendment = amendmentOf(state, message);
  if (!Array.isArray(message.files) || isRemoved(amendment)) return [];
  return message.files.filter(({ id }) => !(amendment && 'dropped' in amendment && amendment.dropped.includes(id)));
}

/** Complete bot answers so far in the page held; the "Talk to a person" chip waits for some. */
export function botAnswers(state: ChatState): number {
  return state.messages.filter((message) => message.from.role === 'bot').length;
}
