// The header says who answers; its menu holds what is always possible.
import { en as s } from '../strings/en';
import { avatar } from './avatar';
import { place } from '../waiting';
import { humanInMenu, humanLabel } from './chips';
import { h, setChildren, setText } from './dom';
import { icon } from './icons';
import { menu, type Entry } from './menu';
import type { Actions, Model, View } from './model';

export interface Header extends View {
  /** Closes the menu if it is open, and says whether it was. */
  dismiss(): boolean;
  /** Her earlier chats, to choose one. */
  earlier(): Promise<void>;
}

export function header(actions: Actions): Header {
  const picture = h('div', { class: 'avatar' });
  const name = h('h2', { id: 'title' });
  const sub = h('p');
  const menuButton = h('button', {
    type: 'button', class: 'tool', 'data-handoff': 'menu', 'aria-label': s.menu, title: s.menu,
  }, icon('menu'));
  const closeButton = h('button', {
    type: 'button', class: 'tool', 'data-handoff': 'close', 'aria-label': s.closeChat, title: s.closeChat, on: { click: () => actions.close() },
  }, icon('close'));
  const element = h('header', { class: 'head' }, picture, h('div', { class: 'who' }, name, sub), h('div', { class: 'tools' }, menuButton, closeButton));

  let model: Model | undefined;
  let drawn = '';
  const list = menu(menuButton, element, s.menu, () => (model ? entries(model, actions, earlier) : []));
  const earlier = async (): Promise<void> => list.show(await actions.earlier());

  return {
    element,
    dismiss: list.dismiss,
    earlier,
    update(next) {
      model = next;
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
function wording({ chat, config }: Model): [string, string] {
  const title = config.title || s.title;
  const { phase, agent } = chat.state;
  if (phase === 'agent') return [agent?.name || s.someone, title];
  if (phase === 'waiting') return [title, place(chat.state)];
  if (phase === 'offline') return [title, s.away];
  if (phase === 'closed' || chat.ended) return [title, s.chatClosed];
  return [title, chat.requestedAt > 0 ? s.requested : config.ai === false ? s.someone : s.aiAssistant];
}

function entries(model: Model, actions: Actions, earlier: () => Promise<void>): Entry[] {
  const { chat } = model;
  const { phase, conversation } = chat.state;
  const list: Entry[] = [];
  const over = phase === 'closed' || chat.ended;
  if (phase === 'bot' && !over && humanInMenu(model)) {
    list.push({ label: humanLabel(model), icon: 'person', hook: 'human', act: () => actions.human() });
  }
  if (phase === 'waiting') list.push({ label: s.leaveEmail, icon: 'mail', hook: 'leave-email', act: () => actions.askContact() });
  if (over) list.push({ label: s.newChat, icon: 'plus', hook: 'new-chat', act: () => actions.newChat() });
  if (conversation) {
    list.push({ label: s.transcript, icon: 'download', hook: 'transcript', act: () => actions.transcript() });
    list.push({ label: model.muted ? s.unmute : s.mute, icon: 'bell', hook: 'mute', act: () => actions.mute() });
    if (model.config.devices && !chat.ended) list.push({ label: s.otherDevice, icon: 'link', hook: 'other-device', act: () => actions.otherDevice() });
    if (!over) list.push({ label: s.endChat, icon: 'end', hook: 'end', act: () => actions.endChat() });
  }
  if (chat.visited()) list.push({ label: s.earlierChats, icon: 'history', hook: 'history', act: () => void earlier() });
  if (chat.visited()) list.push({ label: s.endAndClear, icon: 'close', hook: 'end-and-clear', act: () => actions.endAndClear() });
  if (!model.phone) list.push({ label: model.wide ? s.narrower : s.wider, icon: 'wide', hook: 'wide', act: () => actions.widen() });
  return list;
}
