// Where the visitor writes. Enter sends, Shift+Enter breaks the line, and Enter
// that ends an input method's composition does neither.
import { en as s } from '../strings/en';
import { h, setAttribute, setText } from './dom';
import { icon } from './icons';
import type { Actions, Model, View } from './model';

export interface Composer extends View {
  focus(): void;
  text(): string;
  setText(text: string): void;
}

export function composer(actions: Actions): Composer {
  const area = h('textarea', {
    rows: 1, 'data-handoff': 'composer', 'aria-label': s.placeholder, placeholder: s.placeholder, enterkeyhint: 'send', autocomplete: 'off', dir: 'auto',
  });
  const send = h('button', { type: 'submit', class: 'send', 'data-handoff': 'send', 'aria-label': s.send, title: s.send, disabled: true }, icon('send'));
  const field = h('div', { class: 'field' }, area, send);
  const count = h('div', { class: 'count', id: 'count', hidden: true });
  const notice = h('div', { class: 'notice', id: 'notice', role: 'status', hidden: true });
  const element = h('form', { class: 'composer', novalidate: true }, field);
  const wrapper = h('div', {}, notice, element, count);
  let model: Model | undefined;

  const refresh = (): void => {
    if (!model) return;
    const limit = model.config.limits?.message_chars ?? 4000;
    const length = Array.from(area.value.trim()).length;
    const over = length > limit;
    count.hidden = length < limit * 0.8;
    if (!count.hidden) setText(count, over ? s.tooLong(length - limit) : s.left(limit - length));
    count.classList.toggle('over', over);
    send.disabled = length === 0 || over || model.limited > 0;
    setAttribute(area, 'aria-invalid', over ? 'true' : undefined);
    setAttribute(area, 'aria-describedby', [!count.hidden && 'count', !notice.hidden && 'notice'].filter(Boolean).join(' ') || undefined);
  };
  const grow = (): void => {
    area.style.height = 'auto';
    if (area.scrollHeight > 0) area.style.height = `${area.scrollHeight}px`;
  };
  const submit = (): void => {
    if (send.disabled) return;
    const text = area.value.trim();
    area.value = '';
    changed();
    actions.send(text);
  };
  const changed = (): void => {
    grow();
    refresh();
    actions.draft(area.value);
  };
  area.addEventListener('input', () => {
    changed();
    if (area.value.trim()) actions.typing();
  });
  let shift = false;
  area.addEventListener('keydown', (event) => {
    shift = event.shiftKey;
    if (event.key !== 'Enter' || shift || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  // Phone keyboards announce Enter only here.
  area.addEventListener('beforeinput', (event) => {
    if (event.inputType !== 'insertLineBreak' || shift || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  element.addEventListener('submit', (event) => { event.preventDefault(); submit(); });
  field.addEventListener('click', (event) => { if (event.target === field) area.focus(); });

  return {
    element: wrapper,
    focus: () => area.focus({ preventScroll: true }),
    text: () => area.value,
    setText(text) {
      area.value = text;
      changed();
    },
    update(next) {
      model = next;
      element.hidden = next.chat.ended;
      const words = next.chat.ended ? s.ended : next.limited > 0 ? s.limited(next.limited) : next.notice;
      notice.hidden = words === '';
      setText(notice, words);
      const hint = placeholder(next);
      setAttribute(area, 'placeholder', hint);
      setAttribute(area, 'aria-label', hint);
      if (area.scrollHeight > 0 && area.style.height === '') grow();
      refresh();
    },
  };
}

function placeholder({ chat }: Model): string {
  const { phase, agent } = chat.state;
  if (phase === 'waiting' || phase === 'offline') return s.placeholderWaiting;
  if (phase === 'agent' && agent?.name) return s.placeholderAgent(agent.name);
  return phase === 'closed' ? s.placeholderClosed : s.placeholder;
}
