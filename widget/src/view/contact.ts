// Leave an email: offered when nobody is there, or on request while waiting.
import { en as s } from '../strings/en';
import { h, setAttribute, setText } from './dom';
import { icon } from './icons';
import type { Actions, Model, View } from './model';

const looksRight = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Field { input: HTMLInputElement | HTMLTextAreaElement; label: HTMLElement; error: HTMLElement }

export function contactForm(actions: Actions): View {
  const name = field('contact-name', s.name, h('input', { name: 'name', autocomplete: 'name', maxlength: 120 }), true);
  const email = field('contact-email', s.email, h('input', { name: 'email', type: 'email', autocomplete: 'email', inputmode: 'email', maxlength: 254, required: true }));
  const message = field('contact-message', s.message, h('textarea', { name: 'message', rows: 3, maxlength: 4000, dir: 'auto', required: true }));
  const title = h('h3', {}, s.contactTitle);
  const intro = h('p');
  const problem = h('div', { class: 'error', role: 'alert', hidden: true });
  const submit = h('button', { type: 'submit', class: 'primary' }, h('span', {}, s.contactSend));
  const form = h('form', { class: 'card', novalidate: true }, title, intro, name.label, email.label, message.label, problem, submit);
  const doneText = h('p');
  const done = h('div', { class: 'card done', role: 'status' }, icon('check'), doneText);
  const element = h('div', { 'data-handoff': 'contact', hidden: true }, form, done);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (submit.disabled || !valid(email, message)) return;
    const values = { name: name.input.value.trim(), email: email.input.value.trim(), message: message.input.value.trim() };
    submit.disabled = true;
    problem.hidden = true;
    actions.contact({ ...(values.name ? { name: values.name } : {}), email: values.email, message: values.message })
      .catch((error: unknown) => {
        setText(problem, error instanceof Error && error.message ? error.message : s.actionFailed);
        problem.hidden = false;
      })
      .finally(() => { submit.disabled = false; });
  });

  let touched = false;
  message.input.addEventListener('input', () => { touched = true; });
  return {
    element,
    update(model) {
      element.hidden = model.contact === 'none';
      if (element.hidden) {
        touched = false;
        return;
      }
      form.hidden = model.contact !== 'form';
      done.hidden = model.contact !== 'done';
      setText(intro, introWords(model));
      const { reference } = model.chat.state.conversation ?? {};
      setText(doneText, s.contactDone(model.contactEmail) + (reference ? `\n${s.contactReference(reference)}` : ''));
      const question = lastQuestion(model);
      if (!touched && message.input.value !== question) message.input.value = question;
    },
  };
}

function field(id: string, label: string, input: HTMLInputElement | HTMLTextAreaElement, optional = false): Field {
  input.id = id;
  const error = h('div', { class: 'error', id: `${id}-error`, hidden: true });
  return { input, error, label: h('label', {}, h('span', {}, label, optional && h('i', {}, ` (${s.optional})`)), input, error) };
}

// The first wrong field gets the focus, each says what to do.
function valid(email: Field, message: Field): boolean {
  const wrong = [
    check(email, looksRight.test(email.input.value.trim()) ? '' : s.contactBadEmail),
    check(message, message.input.value.trim() ? '' : s.contactNoMessage),
  ].filter((field) => field !== undefined);
  wrong[0]?.input.focus();
  return wrong.length === 0;
}

function check(field: Field, problem: string): Field | undefined {
  field.error.hidden = problem === '';
  setText(field.error, problem);
  setAttribute(field.input, 'aria-invalid', problem ? 'true' : undefined);
  setAttribute(field.input, 'aria-describedby', problem ? field.error.id : undefined);
  return problem ? field : undefined;
}

// What she wrote already is not asked for again.
function lastQuestion({ chat }: Model): string {
  const own = chat.state.messages.filter((message) => message.from.role === 'visitor');
  return own[own.length - 1]?.text ?? '';
}

function introWords({ chat, config }: Model): string {
  const when = nextOpen(chat.state.nextOpen || (chat.state.phase === 'offline' ? config.next_open : ''));
  return [when && s.awayUntil(when), s.contactIntro].filter(Boolean).join(' ');
}

/** "Monday at 09:00" in the visitor's own zone; empty when there is no such time. */
export function nextOpen(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (!at || Number.isNaN(date.getTime())) return '';
  const days = (date.getTime() - Date.now()) / 86_400_000;
  const day = date.toLocaleDateString('en', days < 6 ? { weekday: 'long' } : { weekday: 'long', day: 'numeric', month: 'long' });
  return `${day} at ${date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`;
}
