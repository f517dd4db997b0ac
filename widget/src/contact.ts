// What the contact form asks for, and when: only for what is not known, and never
// for the question again. Pure.
import type { ChatState } from './store';
import type { WidgetConfig } from './types';

const asking = new Set(['away', 'ask_contact', 'team_unreachable', 'suggest', 'ai_only', 'model_down']);
const taken = new Set(['contact_taken', 'call_taken', 'message_taken']);
const codeLasts = 30 * 60_000;

export interface Known {
  /** Seq of the newest line that asks for an address, and of the newest that takes one; 0 for none. */
  asked: number;
  taken: number;
  /** The newest question offers to call back. */
  call: boolean;
  email: boolean;
  verified: boolean;
  /** When the address was taken, in ms; 0 when that is not in the page held. */
  emailAt: number;
}

/** What the lines, and the list of conversations, say of how she can be reached. */
export function known(state: ChatState, history: number): Known {
  const { email, verified } = state.conversation ?? {};
  const k: Known = { asked: 0, taken: 0, call: false, email: email === true, verified: false, emailAt: 0 };
  let mailed = 0;
  let confirmed = verified ? history : -1; // in a new conversation from its beginning
  for (const { seq, notice = '', at } of state.messages) {
    if (asking.has(notice)) [k.asked, k.call] = [seq, notice === 'suggest'];
    if (taken.has(notice)) k.taken = seq;
    if (notice === 'contact_taken') [mailed, k.email, k.emailAt] = [seq, true, Date.parse(at) || 0];
    if (notice === 'contact_verified') confirmed = seq;
  }
  k.verified = k.email && confirmed >= mailed;
  return k;
}

export interface Wish {
  /** She asked for the form herself. */
  pressed: boolean;
  /** The usual wait has passed. */
  late: boolean;
  /** Seq of the question she put aside; -1 for none. */
  aside: number;
  ended: boolean;
}

export type ContactCard = 'none' | 'form' | 'code';

/** What stands below the last line now. */
export function contactCard(state: ChatState, k: Known, wish: Wish, config: WidgetConfig, now: number): ContactCard {
  const { phase } = state;
  if (phase === 'agent' || phase === 'closed' || wish.ended) return 'none';
  if (wish.pressed) return 'form';
  const question = k.asked > Math.max(k.taken, phase === 'offline' ? 0 : state.stateSeq);
  const other = phase === 'offline' || (state.contact && phase === 'waiting') || wish.late;
  const wanted = question ? !k.email || k.call : other && !k.email && k.taken <= state.stateSeq;
  const aside = wish.aside === askOf(state, k, wish.late);
  if (wanted && !aside) return 'form';
  const fresh = k.emailAt > 0 && now - k.emailAt < codeLasts;
  return config.mail && fresh && !k.verified && !aside ? 'code' : 'none';
}

/** The question that is put aside by "Not now": the next one is asked again. */
export function askOf(state: ChatState, k: Known, late: boolean): number {
  return Math.max(k.asked, k.taken, state.stateSeq) + (late ? 0.5 : 0);
}

export interface Fields { name: boolean; email: boolean; phone: boolean; message: boolean }

/** The fields of the form: what is known is not asked for again. */
export function fields(state: ChatState, k: Known, pressed: boolean, written: boolean): Fields {
  return {
    name: k.taken === 0,
    email: pressed || !k.email,
    phone: k.call && !pressed,
    message: !written && !state.messages.some((message) => message.from.role === 'visitor'),
  };
}
