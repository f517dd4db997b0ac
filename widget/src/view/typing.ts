// A person is writing.
import { dots, h, s, say, setText } from '../kit';
import type { Card } from '../team';

export function typingLine(): Card {
  const label = h('span', { class: 'still' });
  const element = h('div', { class: 'row agent first', 'data-role': 'typing', hidden: true }, h('div', {}, dots(''), label));
  return {
    element,
    update(_, { chat, now }) {
      const { typing, phase, agent } = chat.state;
      element.hidden = phase !== 'agent' || !typing || typing.until <= now;
      setText(label, say(s.typing, typing?.name || agent?.name || s.someone));
    },
  };
}
