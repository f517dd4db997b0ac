import { describe, expect, it } from 'vitest';
import { en, type Forms } from '../src/strings/en';
import { devices } from '../src/strings/devices';
import { files } from '../src/strings/files';
import { team } from '../src/strings/team';
import { say } from '../src/words';

const languages: [string, Record<string, unknown>][] = await Promise.all(['ar', 'de', 'es', 'fr', 'he', 'it', 'ja', 'nl', 'pl', 'pt', 'zh']
  .map(async (tag) => [tag, ((await import(`../src/strings/${tag}.ts`)) as { words: Record<string, unknown> }).words]));
const english: Record<string, unknown> = { ...en, ...team, ...files, ...devices };

/** Stands on a chip, a button or in the menu, where room is short. */
const buttons = ['talkToPerson', 'leaveMessage', 'keepTrying', 'requested', 'leaveEmail', 'cancel', 'contactSend', 'notNow', 'codeSend', 'codeAgain',
  'rateSend', 'newChat', 'endChat', 'endAndClear', 'otherDevice', 'transcript', 'mailChat', 'stop', 'retry', 'delete', 'copy', 'copied'];
/** Words that are the same in some languages, and patterns. */
const alike = new Set(['title', 'menu', 'conversation', 'you', 'assistant', 'someone', 'aiTag', 'at', 'said', 'dayAt', 'stop', 'sources', 'name', 'email', 'message', 'code', 'privacy', 'typing']);

function forms(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value as object).flatMap(([key, form]) => (key === 'type' ? [] : [form as string]));
}

function places(text: string): string {
  return [...new Set(text.match(/{\d}/g) ?? [])].sort().join();
}

describe.each(languages)('%s', (tag, words) => {
  it('translates each sentence, and none that is not there', () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [key, value] of Object.entries(words)) if (!alike.has(key)) expect(value, key).not.toEqual(english[key]);
  });

  it('has each plural form of the language', () => {
    for (const [key, value] of Object.entries(words)) {
      const source = english[key];
      if (Array.isArray(source) || typeof source === 'string') continue;
      const ordinal = (source as Forms).type === 'ordinal';
      if (ordinal && typeof value === 'string') continue; // said with the plain number
      const wanted = new Intl.PluralRules(tag, { type: ordinal ? 'ordinal' : 'cardinal' }).resolvedOptions().pluralCategories;
      expect(Object.keys(value as object).filter((form) => form !== 'type').sort(), key).toEqual([...wanted].sort());
    }
  });

  it('puts in no value that English does not have, and leaves out none but a count', () => {
    for (const [key, value] of Object.entries(words)) {
      for (const text of forms(value)) {
        const counts = typeof english[key] === 'object' && !text.includes('{0}');
        if (!counts) expect(places(text), key).toBe(places(forms(english[key])[0] ?? ''));
      }
    }
  });

  // Very short words have room: what is counted from is never less than eight letters.
  it('fits on chips and buttons: at most 1.6 times the English', () => {
    for (const key of buttons) {
      expect(String(words[key]).length, `${key}: ${String(words[key])}`).toBeLessThan(1.6 * Math.max(8, String(english[key]).length));
    }
  });

  it('shouts in no error', () => {
    for (const value of Object.values(words)) for (const text of forms(value)) expect(text).not.toMatch(/[!！]/);
  });

  it('is set as the language is', () => {
    const wrong = ({ ja: /["',;?!]/, zh: /["',;:?!]/ } as Record<string, RegExp>)[tag] ?? /["']| [:;?!]/; // French has narrow spaces
    for (const [key, value] of Object.entries(words)) for (const text of forms(value)) expect(text, key).not.toMatch(wrong);
  });

  if (['ar', 'he'].includes(tag)) it('keeps names and addresses in their own direction', () => {
    for (const key of ['greeting', 'said', 'placeholderAgent', 'typing', 'fileRefused', 'fileMany', 'fileRemove', 'codeIntro', 'mailed']) expect(words[key], key).toContain('\u2068{0}\u2069');
  });
});

it('says a sentence with its values, by the form of the first', () => {
  expect(say(team.typing, 'Maya')).toBe('Maya is typing');
  expect([1, 2, 1200].map((n) => say(en.newMessages, n))).toEqual(['1 new message', '2 new messages', '1,200 new messages']);
  expect([1, 2, 3, 4, 11, 22].map((n) => say(team.position, n))).toEqual(['1st in line', '2nd in line', '3rd in line', '4th in line', '11th in line', '22nd in line']);
  expect(say('{0} and {1}', '{1}', 'x')).toBe('{1} and x');
});

describe('plural forms of other languages', () => {
  const shown = (tag: string, key: string, numbers: number[]): string[] => {
    const text = languages.find(([name]) => name === tag)?.[1][key] as Forms;
    return numbers.map((n) => text[new Intl.PluralRules(tag).select(n)] ?? '');
  };
  it('is right for Polish, Arabic and Hebrew', () => {
    expect(shown('pl', 'newMessages', [1, 2, 5, 12, 22])).toEqual(['{0} nowa wiadomość', '{0} nowe wiadomości', '{0} nowych wiadomości', '{0} nowych wiadomości', '{0} nowe wiadomości']);
    expect(shown('ar', 'newMessages', [1, 2, 3, 11, 100])).toEqual(['رسالة جديدة واحدة', 'رسالتان جديدتان', '{0} رسائل جديدة', '{0} رسالة جديدة', '{0} رسالة جديدة']);
    expect(shown('he', 'newMessages', [1, 2, 3])).toEqual(['הודעה חדשה אחת', 'שתי הודעות חדשות', '{0} הודעות חדשות']);
  });
});

