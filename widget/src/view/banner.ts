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
      const wrong = trouble(model);
      const wait = !wrong && model.chat.state.phase === 'waiting' && model.care?.wait;
      const words = wrong || wait || '';
      if (words === drawn) return;
      drawn = words;
      element.hidden = !words;
      element.classList.toggle('warn', !wait);
      text.textContent = words;
      setChildren(element, wait ? [text, cancel] : [text]);
    },
  };
}

function trouble({ chat, now, blocked }: Model): string {
  const away = chat.lostAt > 0 ? now - chat.lostAt : 0;
  if (navigator.onLine === false) return s.offline;
  return away > unavailableAfter ? s.unavailable : away > patience ? s.reconnecting : blocked;
}
