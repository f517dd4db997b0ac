// One thing at a time above the log: offline, reconnecting, blocked, the queue.
import { en as s } from '../strings/en';
import { button } from './button';
import { h, setChildren } from './dom';
import type { Actions, Model, View } from './model';

/** How long a lost connection is nobody's business, in ms. */
export const patience = 3_000;
const unavailableAfter = 30_000;

export function banner(actions: Actions): View {
  const text = h('span');
  const cancel = button('textbutton', 'cancel', () => actions.team((team) => team.cancelWaiting()), {}, s.cancel);
  const element = h('div', { class: 'banner', 'data-handoff': 'banner', hidden: true });
  let drawn = '';
  return {
    element,
    update(model) {
      const [words, tone, cancels] = wording(model);
      const key = `${words}${tone}${cancels}`;
      if (key === drawn) return;
      drawn = key;
      element.hidden = words === '';
      element.className = `banner ${tone}`;
      text.textContent = words;
      setChildren(element, cancels ? [text, cancel] : [text]);
    },
  };
}

function wording({ chat, now, care, blocked }: Model): [text: string, tone: string, cancels: boolean] {
  const away = chat.lostAt > 0 ? now - chat.lostAt : 0;
  if (navigator.onLine === false) return [s.offline, 'warn', false];
  if (away > unavailableAfter) return [s.unavailable, 'warn', false];
  if (away > patience) return [s.reconnecting, 'warn', false];
  if (blocked) return [blocked, 'warn', false];
  if (care && chat.state.phase === 'waiting') return [care.wait, '', true];
  return ['', '', false];
}
