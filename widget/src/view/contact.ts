// Where the team can reach her: what is not known yet, and the code that
// confirms an address.
import type { Fields } from '../contact';
import { button, h, language, s, say, setText } from '../kit';
import { card, field, value, wrong, type Field } from './field';
import type { Card, Care, Team } from '../team';
import type { Model } from './model';

const emailForm = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const phoneForm = /^(?=(?:\D*\d){3})[\d+() ./-]+$/;

export function contactForm(team: Team): Card {
  const all = {
    name: field('contact-name', s.name, h('input', { name: 'name', autocomplete: 'name', maxlength: 80 }), true),
    phone: field('contact-phone', s.phone, h('input', { name: 'phone', type: 'tel', autocomplete: 'tel', maxlength: 40 })),
    email: field('contact-email', s.email, h('input', { name: 'email', type: 'email', autocomplete: 'email', inputmode: 'email', maxlength: 254 })),
    message: field('contact-message', s.message, h('textarea', { name: 'message', rows: 3, maxlength: 4000 })),
  };
  const intro = h('p');
  let asked: Fields = { name: false, email: false, phone: false, message: false };
  const names = (): (keyof Fields)[] => (Object.keys(all) as (keyof Fields)[]).filter((name) => asked[name]);
  const form = card(h('h3', {}, s.contactTitle), intro, Object.values(all).map((one) => one.label), s.contactSend, () => team.setAside(), () => {
    const bad = names().filter((name) => problem(all, name, asked));
    if (bad[0]) {
      all[bad[0]].input.focus();
      return undefined;
    }
    const given = names().map((name) => [name, value(all[name])]).filter(([, text]) => text);
    return team.contact(Object.fromEntries(given) as Record<string, string>);
  });
  form.dataset['handoff'] = 'contact';
  form.hidden = true;
  return {
    element: form,
    update(care, model) {
      const shown = care.contact === 'form';
      const opens = shown && form.hidden;
      if (opens) all.email.input.value ||= care.email;
      form.hidden = !shown;
      if (!shown) return;
      asked = care.fields;
      for (const [name, one] of Object.entries(all)) one.label.hidden = !asked[name as keyof Fields];
      setText(intro, introWords(care, model));
      // What she asked for has the keyboard.
      if (opens && team.pressed) all[names()[0] as keyof Fields].input.focus();
    },
  };
}

// Each wrong field says what to do; the first of them gets the focus.
function problem(all: Record<keyof Fields, Field>, name: keyof Fields, asked: Fields): boolean {
  const text = value(all[name]);
  switch (name) {
    case 'name': return false;
    case 'message': return wrong(all.message, text ? '' : s.contactNoMessage);
    case 'phone': return wrong(all.phone, text && !phoneForm.test(text) ? s.contactBadPhone : '');
    case 'email': {
      const other = asked.phone && value(all.phone) !== '' && !text;
      const missing = asked.phone && !text ? s.contactNone : s.contactBadEmail;
      return wrong(all.email, other || emailForm.test(text) ? '' : missing);
    }
  }
}

export function codeForm(team: Team): Card {
  const code = field('contact-code', s.code, h('input', { name: 'code', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 12 }));
  const intro = h('p');
  const form = card(h('h3', {}, s.codeTitle), intro, [code.label], s.codeSend, () => team.setAside(), () => {
    const digits = value(code).replace(/[\s-]/g, '');
    if (wrong(code, /^\d{6}$/.test(digits) ? '' : s.codeBad)) {
      code.input.focus();
      return undefined;
    }
    return team.told(team.requests.verify(digits)).then(() => { code.input.value = ''; });
  });
  const other = button('quiet', undefined, () => team.askContact(), {}, h('span', {}, s.codeAgain));
  form.lastElementChild?.append(other);
  form.dataset['handoff'] = 'code';
  return {
    element: form,
    update(care) {
      form.hidden = care.contact !== 'code';
      setText(intro, say(s.codeIntro, care.email || s.yourAddress));
    },
  };
}

function introWords({ fields, late }: Care, { chat, config }: Model): string {
  if (fields.phone) return s.contactCall;
  const when = nextOpen(chat.state.nextOpen || (chat.state.phase === 'offline' ? config.next_open : ''));
  return [when && say(s.awayUntil, when), late ? s.late : s.contactIntro].filter(Boolean).join(' ');
}

/** "Monday at 09:00" in the visitor's own zone; empty when there is no such time. */
export function nextOpen(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (!at || Number.isNaN(date.getTime())) return '';
  const days = (date.getTime() - Date.now()) / 86_400_000;
  const day = date.toLocaleDateString(language, days < 6 ? { weekday: 'long' } : { weekday: 'long', day: 'numeric', month: 'long' });
  return say(s.dayAt, day, date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }));
}
