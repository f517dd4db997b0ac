import { describe, expect, it } from 'vitest';
import { askOf, contactCard, fields, known, type ContactCard, type Wish } from '../src/contact';
import { applyAll, emptyChat, type ChatState } from '../src/store';
import type { ConversationRef, Durable, Phase } from '../src/types';
import { message, state } from './build';

const now = Date.UTC(2026, 0, 5, 10, 1);
const config = { key: 'pk', mail: true };
const nothing: Wish = { pressed: false, late: false, aside: -1, ended: false };

function notice(seq: number, name: string): Durable {
  return message(seq, 'system', name, { notice: name });
}

function chat(events: Durable[], ref: Partial<ConversationRef> = {}): ChatState {
  return applyAll(emptyChat({ id: 'c', ...ref }), events);
}

function shown(s: ChatState, wish: Partial<Wish> = {}, history = 0): ContactCard {
  return contactCard(s, known(s, history), { ...nothing, ...wish }, config, now);
}

const asks = (phase: Phase, name: string, ...rest: Durable[]): Durable[] => [message(1, 'visitor', 'help'), state(2, phase), notice(3, name), ...rest];

describe('the contact form', () => {
  it.each<[string, Durable[], Partial<ConversationRef>, Partial<Wish>, ContactCard]>([
    ['nobody is there', asks('offline', 'away'), {}, {}, 'form'],
    ['nobody is there, and her address is known', asks('offline', 'away_kept'), { email: true }, {}, 'none'],
    ['the ladder asks', asks('waiting', 'ask_contact'), {}, {}, 'form'],
    ['the team cannot be reached', asks('waiting', 'team_unreachable'), {}, {}, 'form'],
    ['the team cannot be reached, and nothing is asked', asks('waiting', 'team_trying'), { email: true }, {}, 'none'],
    ['nobody can be asked', [message(1, 'visitor', 'help'), notice(2, 'ai_only')], {}, {}, 'form'],
    ['a call is offered', asks('offline', 'suggest'), {}, {}, 'form'],
    ['a call is offered, and her address is known', asks('offline', 'suggest'), { email: true }, {}, 'form'],
    ['she waits', asks('waiting', 'escalated'), {}, {}, 'none'],
    ['she waits longer than usual', asks('waiting', 'escalated'), {}, { late: true }, 'form'],
    ['she waits longer than usual, and her address is known', asks('waiting', 'escalated'), { email: true }, { late: true }, 'none'],
    ['she waits without a mention', [message(1, 'visitor', 'x'), { type: 'state', data: { seq: 2, phase: 'waiting', contact: true } }], {}, {}, 'form'],
    ['she presses the chip', asks('waiting', 'escalated'), {}, { pressed: true }, 'form'],
    ['she wants another address', asks('waiting', 'escalated', notice(4, 'contact_taken')), {}, { pressed: true }, 'form'],
    ['she left a number', asks('offline', 'suggest', notice(4, 'call_taken')), {}, {}, 'none'],
    ['an agent has come', asks('offline', 'away', state(4, 'agent', 'Maya')), {}, { pressed: true }, 'none'],
    ['the agent has gone again', asks('waiting', 'ask_contact', state(4, 'agent', 'Maya'), state(5, 'waiting')), {}, {}, 'none'],
    ['it is over', asks('offline', 'away', state(4, 'closed')), {}, {}, 'none'],
    ['the session has ended', asks('offline', 'away'), {}, { ended: true }, 'none'],
  ])('%s', (_, events, ref, wish, want) => {
    expect(shown(chat(events, ref), wish)).toBe(want);
  });

  it('stays away once it was put aside, until there is another question', () => {
    const asked = chat(asks('waiting', 'ask_contact'));
    const aside = askOf(asked, known(asked, 0), false);
    expect(shown(asked, { aside })).toBe('none');
    expect(shown(asked, { aside, late: true })).toBe('form');
    expect(shown(applyAll(asked, [notice(4, 'team_unreachable')]), { aside })).toBe('form');
  });

  it('knows what is confirmed: by a line, by the list of chats, or from the beginning', () => {
    const verified = (events: Parameters<typeof chat>[0], ref: Parameters<typeof chat>[1], history = 0): boolean => known(chat(events, ref), history).verified;
    expect(verified([], {})).toBe(false);
    expect(verified([], { email: true })).toBe(false);
    expect(verified([], { email: true, verified: true })).toBe(true);
    expect(verified([notice(1, 'contact_taken')], {})).toBe(false);
    expect(verified([notice(1, 'contact_taken'), notice(2, 'contact_verified')], {})).toBe(true);
    expect(verified([notice(1, 'contact_taken')], { email: true, verified: true }, 1)).toBe(true);
    expect(verified([notice(1, 'contact_taken'), notice(2, 'contact_taken')], { email: true, verified: true }, 1)).toBe(false);
  });

  it('asks only for what is not known', () => {
    const first = chat(asks('offline', 'away'));
    expect(fields(first, known(first, 0), false, false)).toEqual({ name: true, email: true, phone: false, message: false });
    const empty = chat([notice(1, 'ai_only')]);
    expect(fields(empty, known(empty, 0), false, false).message).toBe(true);
    expect(fields(empty, known(empty, 0), false, true).message).toBe(false);
    const call = chat(asks('offline', 'suggest'), { email: true });
    expect(fields(call, known(call, 0), false, false)).toEqual({ name: true, email: false, phone: true, message: false });
    const again = chat(asks('waiting', 'escalated', notice(4, 'contact_taken')));
    expect(fields(again, known(again, 0), true, false)).toEqual({ name: false, email: true, phone: false, message: false });
  });
});

describe('the code', () => {
  const given = chat(asks('offline', 'away', notice(4, 'contact_taken')));
  it.each<[string, ChatState, Partial<Wish>, number, ContactCard]>([
    ['is asked for after an address', given, {}, 0, 'code'],
    ['is not asked for twice', given, { aside: 4 }, 0, 'none'],
    ['is done with', applyAll(given, [notice(5, 'contact_verified')]), {}, 0, 'none'],
    ['is asked for again after another address', applyAll(given, [notice(5, 'contact_verified'), notice(6, 'contact_taken')]), {}, 0, 'code'],
    ['is not asked for when it was proved on another device', chat(asks('offline', 'away', notice(4, 'contact_taken')), { email: true, verified: true }), {}, 4, 'none'],
    ['is not asked for after a number', chat(asks('offline', 'suggest', notice(4, 'call_taken'))), {}, 0, 'none'],
  ])('%s', (_, s, wish, history, want) => {
    expect(shown(s, wish, history)).toBe(want);
  });

  it('is not asked for where no mail is sent, nor after it has expired', () => {
    const k = known(given, 0);
    expect(contactCard(given, k, nothing, { key: 'pk' }, now)).toBe('none');
    expect(contactCard(given, k, nothing, config, now + 31 * 60_000)).toBe('none');
  });
});
