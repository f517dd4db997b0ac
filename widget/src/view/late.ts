// Somebody who has left an address is told without the form, which says it else.
import { h, s } from '../kit';
import type { Card } from '../team';

export function lateLine(): Card {
  const element = h('div', { class: 'system', 'data-handoff': 'late', hidden: true }, h('div', {}, s.lateKnown));
  return { element, update: ({ late, contact }) => { element.hidden = !late || contact === 'form'; } };
}
