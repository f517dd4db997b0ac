// The header says who answers; its menu holds what is always possible.
import { en as s } from '../strings/en';
import { avatar } from './avatar';
import { place } from '../waiting';
import { humanInMenu, humanLabel } from './chips';
import { h, setChildren, setText } from './dom';
import { icon, type IconName } from './icons';
import type { Actions, Model, View } from './model';

interface Entry { label: string; icon: IconName; hook: string; act(): void }

export interface Header extends View {
  /** Closes the menu if it is open, and says whether it was. */
  dismiss(): boolean;
}

export function header(actions: Actions): Header {
  const picture = h('div', { class: 'avatar' });
  const name = h('h2', { id: 'title' });
  const sub = h('p');
  const menuButton = h('button', {
    type: 'button', class: 'tool', 'data-handoff': 'menu', 'aria-label': s.menu, title: s.menu, 'aria-haspopup': 'menu', 'aria-expanded': 'false',
  }, icon('menu'));
  const closeButton = h('button', {
    type: 'button', class: 'tool', 'data-handoff': 'close', 'aria-label': s.closeChat, title: s.closeChat, on: { click: () => actions.close() },
  }, icon('close'));
  const element = h('header', { class: 'head' }, picture, h('div', { class: 'who' }, name, sub), h('div', { class: 'tools' }, menuButton, closeButton));

  let model: Model | undefined;
  let menu: HTMLElement | undefined;
  let drawn = '';

  const dismiss = (): boolean => {
    if (!menu) return false;
    const inside = menu.contains((menu.getRootNode() as ShadowRoot).activeElement);
    menu.remove();
    menu = undefined;
    menuButton.setAttribute('aria-expanded', 'false');
    if (inside) menuButton.focus();
    return true;
  };
  menuButton.addEventListener('click', () => {
    if (dismiss() || !model) return;
    menu = openMenu(entries(model, actions), dismiss);
    element.append(menu);
    menuButton.setAttribute('aria-expanded', 'true');
    menu.querySelector('button')?.focus();
  });

  return {
    element,
    dismiss,
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

function entries(model: Model, actions: Actions): Entry[] {
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
    if (!over) list.push({ label: s.endChat, icon: 'end', hook: 'end', act: () => actions.endChat() });
  }
  return list;
}

function openMenu(list: Entry[], dismiss: () => boolean): HTMLElement {
  const buttons = list.map((entry) => h('button', {
    type: 'button', role: 'menuitem', tabindex: -1, 'data-handoff': entry.hook,
    on: { click: () => { dismiss(); entry.act(); } },
  }, icon(entry.icon), h('span', {}, entry.label)));
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': s.menu }, ...buttons);
  menu.addEventListener('keydown', (event) => {
    const at = buttons.indexOf((menu.getRootNode() as ShadowRoot).activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Tab') dismiss();
    if (to === undefined) return;
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length]?.focus();
  });
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) dismiss();
  });
  return menu;
}
