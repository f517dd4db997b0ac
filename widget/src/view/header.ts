// The header says who answers; its menu holds what is always possible.
import { en as s } from '../strings/en';
import { avatar } from './avatar';
import { opensMenu, tool } from './button';
import { h, setChildren, setText } from './dom';
import { icon } from './icons';
import type { Actions, Model, View } from './model';

/** The button opens the menu of what is always possible. */
export interface Header extends View { button: HTMLElement }

export function header(actions: Actions): Header {
  const picture = h('div', { class: 'avatar' });
  const name = h('h2', { id: 'title' });
  const sub = h('p');
  const button = tool('menu', s.menu, 'menu', () => actions.team((team) => team.menu()), opensMenu);
  const closeButton = tool('close', s.closeChat, 'close', () => actions.close());
  const element = h('header', { class: 'head' }, picture, h('div', { class: 'who' }, name, sub), h('div', { class: 'tools' }, button, closeButton));

  let drawn = '';
  return {
    element,
    button,
    update(next) {
      const [title, line] = wording(next);
      setText(name, title);
      setText(sub, line);
      const agent = next.chat.state.phase === 'agent' ? next.chat.state.agent : undefined;
      const key = agent ? `${agent.name} ${agent.avatar}` : '';
      if (key === drawn && picture.firstChild) return;
      drawn = key;
      picture.className = agent ? 'avatar person' : 'avatar';
      setChildren(picture, [agent ? avatar(agent, next.base) : icon(next.config.ai === false ? 'person' : 'spark')]);
    },
  };
}

/** Name and line under it. */
function wording({ chat, config, care }: Model): [string, string] {
  const title = config.title || s.title;
  const { phase, agent } = chat.state;
  if (phase === 'agent') return [agent?.name || s.someone, title];
  if (phase === 'waiting') return [title, care?.place ?? ''];
  if (phase === 'offline') return [title, s.away];
  if (phase === 'closed' || chat.ended) return [title, s.chatClosed];
  return [title, chat.requestedAt > 0 ? s.requested : config.ai === false ? s.someone : s.aiAssistant];
}
