// Says the widget's sentences in the visitor's language.
import type { Core } from './core';
import { en, type Forms, type Strings } from './strings/en';

declare const LANGUAGES_PATH: string;
declare const LANGUAGES: string[];

const english: Partial<Strings> = { ...en };

/** The tag of the language spoken: for plural forms, numbers and dates. */
export let language = 'en';

/** Loads the words of a language that is not English and speaks it from now on; what it lacks stays English. */
export async function speak({ base, config: { language: tag = 'en' } }: Pick<Core, 'base' | 'config'>): Promise<void> {
  const name = tag.slice(0, 2).toLowerCase();
  Object.assign(en, english);
  language = 'en';
  if (!LANGUAGES.includes(name)) return;
  try {
    const { words } = (await import(`${base + LANGUAGES_PATH + name}.js`)) as { words: Partial<Strings> };
    Object.assign(en, words);
    language = tag;
  } catch {
    // A language that does not arrive must not cost the chat.
  }
}

/** Takes up the English words of a module; what is said in another language already stays. */
export function learn(more: Partial<Strings>): void {
  Object.assign(en, { ...more, ...en });
  Object.assign(english, more);
}

/** A sentence with its values put in; of several forms the one for the first value. */
export function say(text: string | Forms, ...values: (string | number)[]): string {
  const form = typeof text === 'string' ? text : text[new Intl.PluralRules(language, text as Intl.PluralRulesOptions).select(Number(values[0]))] ?? text.other;
  return form.replace(/{(\d)}/g, (_, i: string) => (values[+i] ?? '').toLocaleString(language));
}
