// From state to what stands in the log, line by line. Pure; the view draws it.
import type { OutItem } from './outbox';
import { amendmentOf, filesOf, isRemoved, wordsOf, type ChatState } from './store';
import type { Block, FileRef, Message } from './types';

export interface MessageLine {
  kind: 'message';
  key: string;
  message: Message;
  content: Block[] | undefined;
  text: string;
  files: FileRef[];
  edited: boolean;
  removed: boolean;
  /** First and last line of a run by one sender. */
  first: boolean;
  last: boolean;
  /** The two chips of an offer stand under it. */
  offer: boolean;
  /** The thumbs stand under it; `vote` is hers. */
  thumbs: boolean;
  vote: boolean | undefined;
  /** The one quiet word under the visitor's last line. */
  receipt: boolean;
}
export interface PendingLine { kind: 'pending'; key: string; item: OutItem; first: boolean; last: boolean }
export interface SystemLine { kind: 'system'; key: string; seq: number; text: string; content: Block[] | undefined }
export interface DayLine { kind: 'day'; key: string; at: number }
export type Line = MessageLine | PendingLine | SystemLine | DayLine;

/** A run of agent messages stands in the order the agent wrote them, not in the order they arrived. */
export function inOrder(messages: readonly Message[]): Message[] {
  const result: Message[] = [];
  let run: Message[] = [];
  const flush = (): void => {
    result.push(...run.sort((a, b) => place(a) - place(b) || a.seq - b.seq));
    run = [];
  };
  for (const message of messages) {
    if (message.from.role === 'agent' && message.order !== undefined) {
      run.push(message);
      continue;
    }
    flush();
    result.push(message);
  }
  flush();
  return result;
}

function place(message: Message): number {
  const order = Number(message.order);
  return Number.isFinite(order) ? order : Number.MAX_SAFE_INTEGER;
}

export interface LineOptions { declined: ReadonlySet<number>; votes: Readonly<Record<string, boolean>>; dayOf(at: number): string }

/** All lines, oldest first: days, messages, then what is still in the outbox. */
export function lines(state: ChatState, outbox: readonly OutItem[], o: LineOptions): Line[] {
  const result: Line[] = [];
  let day = '';
  const divide = (at: number): void => {
    const name = Number.isFinite(at) ? o.dayOf(at) : day;
    if (name !== day) result.push({ kind: 'day', key: `day-${name}-${result.length}`, at });
    day = name;
  };
  const offered = openOffer(state, o.declined);
  for (const message of inOrder(state.messages)) {
    const words = wordsOf(state, message);
    if (words === undefined) continue;
    divide(Date.parse(message.at));
    result.push(lineOf(state, message, words, offered, o.votes[message.seq]));
  }
  const arrived = new Set(state.messages.map((message) => message.client_id));
  for (const item of outbox) {
    if (arrived.has(item.client_id)) continue;
    divide(item.at);
    result.push({ kind: 'pending', key: `m-${item.client_id}`, item, first: true, last: true });
  }
  markRuns(result);
  markReceipt(result);
  return result;
}

/** A message as a line that stands alone; `offered` is the seq of the open offer. */
export function lineOf(state: ChatState, message: Message, text: string, offered?: number, vote?: boolean): MessageLine | SystemLine {
  const amendment = amendmentOf(state, message);
  const { seq } = message;
  if (message.from.role === 'system') return { kind: 'system', key: `m-${seq}`, seq, text, content: amendment ? undefined : message.content };
  const edit = amendment && 'text' in amendment ? amendment : undefined;
  const files = filesOf(state, message);
  return {
    kind: 'message',
    key: `m-${message.client_id ?? seq}`,
    message,
    content: edit ? edit.content : message.content,
    text: files.length > 0 && !(edit ?? message).text ? '' : text,
    files,
    edited: edit !== undefined && edit.text !== message.text,
    removed: isRemoved(amendment),
    first: true,
    last: true,
    offer: seq === offered,
    thumbs: seq > 0 && message.from.role === 'bot' && !message.stopped && !message.offer,
    vote,
    receipt: false,
  };
}

/** Seq of the offer that still waits for an answer, or 0: the last word in the chat, and not yet declined. */
export function openOffer(state: ChatState, declined: ReadonlySet<number>): number {
  if (state.phase !== 'bot') return 0;
  for (let i = state.messages.length - 1; i >= 0; i--) {
    const message = state.messages[i] as Message;
    if (message.from.role === 'system') continue;
    const open = message.offer === true && message.seq > state.stateSeq && !declined.has(message.seq);
    return open ? message.seq : 0;
  }
  return 0;
}

function sender(line: Line | undefined): string {
  if (line?.kind === 'pending') return 'visitor';
  if (line?.kind !== 'message') return '';
  return line.message.from.role === 'visitor' ? 'visitor' : `${line.message.from.role}:${line.message.from.name ?? ''}`;
}

function markRuns(all: Line[]): void {
  all.forEach((line, i) => {
    if (line.kind !== 'message' && line.kind !== 'pending') return;
    line.first = sender(all[i - 1]) !== sender(line);
    line.last = sender(all[i + 1]) !== sender(line);
  });
}

// "Sent" stands only while nobody has answered, and only under the last own line.
function markReceipt(all: Line[]): void {
  const line = all[all.length - 1];
  if (line?.kind === 'message') line.receipt = line.message.from.role === 'visitor';
}
