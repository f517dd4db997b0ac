// Where the visitor writes. Enter sends, Shift+Enter breaks the line, and Enter
// that ends an input method's composition does neither.
import { en as s } from '../strings/en';
import { say } from '../words';
import { h, setAttribute, setText } from './dom';
import { icon } from './icons';
import { menu, type Menu } from './menu';
import type { Actions, Model, View } from './model';

const faces = [...'😀😂😊😍🤔😕😢😡👍👎👋🙏🎉❤️🔥✅'.matchAll(/\p{Extended_Pictographic}\uFE0F?/gu)].map(String);

export class Composer implements View {
  readonly element: HTMLElement;
  private readonly area = h('textarea', { rows: 1, 'data-handoff': 'composer', enterkeyhint: 'send', autocomplete: 'off', dir: 'auto' });
  private readonly send = h('button', { type: 'submit', class: 'send', 'data-handoff': 'send', 'aria-label': s.send, title: s.send }, icon('send'));
  private readonly count = h('div', { class: 'count', id: 'count', hidden: true });
  private readonly notice = h('div', { class: 'notice', id: 'notice', role: 'status', hidden: true });
  private readonly form: HTMLElement;
  private readonly emoji: Menu;
  private model: Model | undefined;
  private shift = false;

  constructor(private readonly actions: Actions) {
    const smile = h('button', { type: 'button', class: 'tool', 'data-handoff': 'emoji', 'aria-label': s.emoji, title: s.emoji }, icon('smile'));
    const field = h('div', { class: 'field' }, this.area, smile, this.send);
    this.emoji = menu(smile, field, s.emoji, () => faces.map((label) => ({ label, act: () => this.insert(label) })));
    this.form = h('form', { class: 'composer', novalidate: true }, field);
    this.element = h('div', {}, this.notice, this.form, this.count);
    field.addEventListener('click', (event) => { if (event.target === field) this.area.focus(); });
    this.form.addEventListener('submit', this.submit);
    this.area.addEventListener('keydown', (event) => {
      this.shift = event.shiftKey;
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) this.submit(event);
    });
    // Phone keyboards announce Enter only here.
    this.area.addEventListener('beforeinput', (event) => {
      if (event.inputType === 'insertLineBreak' && !this.shift && !event.isComposing) this.submit(event);
    });
    this.area.addEventListener('input', () => {
      this.changed();
      if (this.area.value.trim()) actions.typing();
    });
  }

  focus(): void {
    this.area.focus({ preventScroll: true });
  }

  dismiss(): boolean {
    return this.emoji.dismiss();
  }

  text(): string {
    return this.area.value;
  }

  setText(text: string): void {
    this.area.value = text;
    this.changed();
  }

  update(model: Model): void {
    this.model = model;
    const { ended } = model.chat;
    this.form.hidden = ended || model.blocked !== '';
    const words = ended ? s.ended : model.limited > 0 ? say(s.limited, model.limited) : model.notice;
    this.notice.hidden = words === '';
    setText(this.notice, words);
    const hint = placeholder(model);
    setAttribute(this.area, 'placeholder', hint);
    setAttribute(this.area, 'aria-label', hint);
    if (this.area.style.height === '') this.grow();
    this.check(model);
  }

  private insert(text: string): void {
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, 'end');
    this.changed();
    this.focus();
  }

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const text = this.area.value.trim();
    if (this.send.disabled || text === '') return;
    this.setText('');
    this.actions.send(text);
  };

  private changed(): void {
    this.grow();
    if (this.model) this.check(this.model);
    this.actions.draft(this.area.value);
  }

  private grow(): void {
    this.area.style.height = '';
    if (this.area.value !== '' && this.area.scrollHeight > 0) this.area.style.height = `${this.area.scrollHeight}px`;
  }

  private check({ config, limited }: Model): void {
    const limit = config.limits?.message_chars ?? 4000;
    const length = Array.from(this.area.value.trim()).length;
    const over = length > limit;
    this.count.hidden = length < limit * 0.8;
    if (!this.count.hidden) setText(this.count, over ? say(s.tooLong, length - limit) : say(s.left, limit - length));
    this.count.classList.toggle('over', over);
    this.send.disabled = length === 0 || over || limited > 0;
    setAttribute(this.area, 'aria-invalid', over ? 'true' : undefined);
    const notes = [this.count, this.notice].filter((note) => !note.hidden).map((note) => note.id);
    setAttribute(this.area, 'aria-describedby', notes.join(' ') || undefined);
  }
}

function placeholder({ chat }: Model): string {
  const { phase, agent } = chat.state;
  if (phase === 'waiting' || phase === 'offline') return s.placeholderWaiting;
  if (phase === 'agent' && agent?.name) return say(s.placeholderAgent, agent.name);
  return phase === 'closed' ? s.placeholderClosed : s.placeholder;
}
