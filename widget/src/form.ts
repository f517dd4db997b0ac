// The site's own form before a person is asked for: labelled fields by a schema,
// words as text.
import type { FormField, FormSchema } from './core';
import { h, s } from './kit';
import { card, field, value, wrong, type Field } from './view/field';

const emailForm = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const longest = 2000;

type Filled = { id: string; field: Field; asked: FormField };

/** The form as a card. `send` gets the answers by id, a ticked box as "yes"; `aside` is "Not now". */
export function form(schema: FormSchema, send: (fields: Record<string, string>) => Promise<void>, aside: () => void): HTMLFormElement {
  const all = schema.fields.map((asked): Filled => ({ id: asked.id, asked, field: make(asked) }));
  const consent = schema.consent && agreement(schema.consent);
  if (consent) all.push({ id: '', field: consent, asked: { id: '', label: '', type: 'checkbox', required: true } });
  const element = card(h('h3', {}, s.talkToPerson), h('p', { hidden: true }), all.map((one) => one.field.label), s.contactSend, aside, () => {
    const bad = all.filter((one) => problem(one));
    bad[0]?.field.input.focus();
    return bad[0] ? undefined : send(answers(all));
  });
  element.dataset['handoff'] = 'form';
  return element;
}

function make({ id, label, type, required, max, options, autocomplete }: FormField): Field {
  const shared = { name: id, 'aria-required': required ? 'true' : undefined, autocomplete };
  const limit = Math.min(max ?? longest, longest);
  if (type === 'select') return field(`form-${id}`, label, h('select', shared, h('option', { value: '' }), ...(options ?? []).map((one) => h('option', {}, String(one)))) as never, !required);
  if (type === 'textarea') return field(`form-${id}`, label, h('textarea', { ...shared, rows: 3, maxlength: limit }), !required);
  if (type !== 'checkbox') return field(`form-${id}`, label, h('input', { ...shared, type, maxlength: limit }), !required);
  const made = field(`form-${id}`, label + (required ? '' : ` (${s.optional})`), h('input', { ...shared, type }));
  made.label.classList.add('tick');
  return made;
}

function agreement({ label, href }: NonNullable<FormSchema['consent']>): Field {
  const made = field('form-consent', '', h('input', { type: 'checkbox', 'aria-required': 'true' }));
  made.label.classList.add('tick');
  made.label.firstChild?.appendChild(h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, label));
  return made;
}

function isTicked(input: Field['input']): boolean {
  return input instanceof HTMLInputElement && input.checked;
}

function problem({ asked, field }: Filled): boolean {
  const text = asked.type === 'checkbox' ? (isTicked(field.input) ? 'yes' : '') : value(field);
  if (text === '') return wrong(field, asked.required ? s.required : '');
  return wrong(field, asked.type === 'email' && !emailForm.test(text) ? s.contactBadEmail : '');
}

function answers(all: Filled[]): Record<string, string> {
  const given = all.filter(({ id }) => id !== '').map(({ id, asked, field }) => [id, asked.type === 'checkbox' ? (isTicked(field.input) ? 'yes' : 'no') : value(field)]);
  return Object.fromEntries(given.filter(([, text]) => text !== '')) as Record<string, string>;
}
