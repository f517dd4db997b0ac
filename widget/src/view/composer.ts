// Where the visitor writes. Enter sends, Shift+Enter breaks the line, and Enter
// that ends an input method's composition does neither.
import { en as s } from '../strings/en';
import { say } from '../words';
import { opensMenu, tool } from './button';
import { h, setAttribute, setText } from './dom';
import type { Tray } from '../files';
import type { Actions, Model, View } from './model';

export class Composer implements View {
  readonly element: HTMLElement;
  readonly area = h('textarea', { rows: 1, 'data-handoff': 'composer', enterkeyhint: 'send', autocomplete: 'off', dir: 'auto' });
  private readonly send = tool('send', s.send, 'send', undefined, { type: 'submit', class: 'send' });
  private readonly count = h('div', { class: 'count', id: 'count', hidden: true });
  private readonly notice = h('div', { class: 'notice', id: 'notice', role: 'status', hidden: true });
  readonly attach: HTMLElement;
  readonly smile: HTMLElement;
  readonly field: HTMLElement;
  private readonly form: HTMLElement;
  private tray: Tray | undefined;
  private model: Model | undefined;
  private shift = false;
  private stale = false;

  constructor(private readonly actions: Actions) {
    this.attach = tool('attach', s.attach, 'clip', () => actions.team((team) => team.attach.pick()));
    this.smile = tool('emoji', s.emoji, 'smile', () => actions.team((team) => team.emoji()), opensMenu);
    const field = (this.field = h('div', { class: 'field' }, this.area, this.attach, this.smile, this.send));
    this.attach.hidden = true;
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

  /** Files go along with the next message. */
  show(tray: Tray): Tray {
    this.form.before(tray.element);
    return (this.tray = tray);
  }

  recheck(): void {
    if (this.model) this.check(this.model);
  }

  focus(): void {
    this.area.focus({ preventScroll: true });
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
    if (this.area.placeholder !== hint || this.area.style.height === '') {
      this.area.placeholder = this.area.ariaLabel = hint;
      this.stale = true;
    }
    this.check(model);
  }

  /** Measures what update has written; the others write first, so that the page is laid out once. */
  settle(): void {
    if (this.stale) this.grow();
  }

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const text = this.area.value.trim();
    if (this.send.disabled) return;
    const files = this.tray?.ready();
    this.tray?.sent();
    this.setText('');
    this.focus(); // also after a tap on the button: the keyboard of a phone stays
    this.actions.send(text, files);
  };

  /** The text is another one. */
  changed(): void {
    this.grow();
    this.recheck();
    this.actions.draft(this.area.value);
  }

  private grow(): void {
    this.stale = false;
    this.area.style.height = '';
    // The placeholder counts as well: a long one takes two lines.
    if (this.area.scrollHeight > 0) this.area.style.height = `${this.area.scrollHeight}px`;
  }

  private check({ config, limited }: Model): void {
    const limit = config.limits?.message_chars ?? 4000;
    const length = Array.from(this.area.value.trim()).length;
    const over = length > limit;
    this.count.hidden = length < limit * 0.8;
    if (!this.count.hidden) setText(this.count, over ? say(s.tooLong, length - limit) : say(s.left, limit - length));
    this.count.classList.toggle('over', over);
    const files = this.tray ? this.tray.ready() : [];
    this.attach.hidden = !config.limits?.uploads_per_message;
    this.send.disabled = !files || (length === 0 && files.length === 0) || over || limited > 0;
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
