// A labelled field with its error, in the one root that ids can reach across.
import { h, s, setAttribute, setText } from '../kit';

type Input = HTMLInputElement | HTMLTextAreaElement;

export interface Field { input: Input; label: HTMLElement; error: HTMLElement }

export function field(id: string, label: string, input: Input, optional = false): Field {
  input.id = id;
  // An empty field starts where its language does; an address and a number are written from the left in each.
  if (/text|email|tel/.test(input.type)) Object.assign(input, { dir: /l$/.test(input.type) ? 'ltr' : 'auto', placeholder: ' ' });
  const error = h('div', { class: 'error', id: `${id}-error`, hidden: true });
  return { input, error, label: h('label', {}, h('span', {}, label, optional && h('i', {}, ` (${s.optional})`)), input, error) };
}

export function value({ input }: Field): string {
  return input.value.trim();
}

/** Shows or clears the error of a field, and says whether there is one. */
export function wrong({ input, error }: Field, problem: string): boolean {
  error.hidden = problem === '';
  setText(error, problem);
  setAttribute(input, 'aria-invalid', problem ? 'true' : undefined);
  setAttribute(input, 'aria-describedby', problem ? error.id : undefined);
  return problem !== '';
}

/** A form as a card: `send` runs once at a time, and what it rejects with is shown. */
export function card(title: HTMLElement, intro: HTMLElement, fields: Node[], submit: string, aside: () => void, send: () => Promise<void> | undefined, off: string = s.notNow): HTMLFormElement {
  const problem = h('div', { class: 'error', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'primary' }, h('span', {}, submit));
  const quiet = h('button', { type: 'button', class: 'quiet', on: { click: aside } }, h('span', {}, off));
  const form = h('form', { class: 'card', novalidate: true }, title, intro, ...fields, problem, h('div', { class: 'actions' }, button, quiet));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.disabled) return;
    problem.hidden = true;
    const sent = send();
    if (!sent) return;
    button.disabled = true;
    sent.catch((error: Error) => {
      setText(problem, error.message);
      problem.hidden = false;
    }).finally(() => { button.disabled = false; });
  });
  return form;
}
