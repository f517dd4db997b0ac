// The row of choices above the composer.
import { en as s } from '../strings/en';
import { openOffer } from '../lines';
import { botAnswers } from '../store';
import type { WidgetConfig } from '../types';
import { button } from './button';
import { h, setChildren } from './dom';
import { icon, type IconName } from './icons';
import type { Actions, Model, View } from './model';

export function chip(label: string, hook: string, act: () => void, o: { icon?: IconName; strong?: boolean; disabled?: boolean } = {}): HTMLButtonElement {
  return button(o.strong ? 'chip strong' : 'chip', hook, act, { disabled: o.disabled }, o.icon && icon(o.icon), h('span', { dir: 'auto' }, label));
}

export function humanLabel(config: WidgetConfig): string {
  return config.leave_message ? s.leaveMessage : s.talkToPerson;
}

export function chips(actions: Actions): View {
  const element = h('div', { class: 'chips', hidden: true });
  let drawn = '';
  return {
    element,
    update(model) {
      const names = shown(model);
      const key = names.join() + (model.chat.requestedAt > 0);
      if (key === drawn) return;
      drawn = key;
      element.hidden = names.length === 0;
      setChildren(element, names.map((name) => make(name, model, actions)));
    },
  };
}

/** Stop floats above the dock: nothing moves when it comes and goes. */
export function stopper(actions: Actions): View {
  const element = h('div', { class: 'stopper', hidden: true }, chip(s.stop, 'stop', () => actions.stop(), { icon: 'stop' }));
  return { element, update: ({ chat, now }) => { element.hidden = chat.ended || !chat.busy(now); } };
}

type Name = 'again' | 'human' | 'requested' | 'email' | 'new';

function shown(model: Model): Name[] {
  const { chat, now } = model;
  const { phase } = chat.state;
  if (chat.ended || phase === 'closed') return ['new'];
  if (phase === 'waiting') return model.care?.contact === 'none' && model.care.fields.email ? ['email'] : [];
  if (phase !== 'bot') return [];
  const names: Name[] = [];
  if (chat.unanswered(now)) names.push('again');
  if (chat.requestedAt > 0) names.push('requested');
  else if (wantsHuman(model)) names.push('human');
  // She is back and has not said anything yet.
  if (chat.follower.history > 0 && chat.state.last === chat.follower.history && chat.outbox.items.length === 0) names.push('new');
  return names;
}

/** The chip comes after some answers, a thumb down or none at all; the open offer and the contact form bring their own. */
function wantsHuman({ chat, config, care, now }: Model): boolean {
  const after = config.human_button?.after_answers ?? 2;
  const wanted = botAnswers(chat.state) >= after || Object.values(chat.votes).includes(false) || chat.unanswered(now);
  return wanted && (care?.contact ?? 'none') === 'none' && openOffer(chat.state, chat.declined) === 0;
}

function make(name: Name, model: Model, actions: Actions): HTMLElement {
  switch (name) {
    case 'human': return chip(humanLabel(model.config), 'human', () => actions.human(), { icon: 'person' });
    case 'requested': return chip(s.requested, 'human', () => undefined, { icon: 'person', disabled: true });
    case 'again': return chip(s.tryAgain, 'again', () => actions.again(), { icon: 'again', strong: true });
    case 'email': return chip(s.leaveEmail, 'chip', () => actions.team((team) => team.askContact()), { icon: 'mail' });
    case 'new': return chip(s.newChat, 'new', () => actions.newChat(), { icon: 'plus' });
  }
}
