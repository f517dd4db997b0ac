// Where the visitor writes. Enter sends, Shift+Enter breaks the line, and Enter
// that ends an input method's composition does neither.
import { en as s } from '../strings/en';
import { say } from '../words';
import { h, setAttribute, setText } from './dom';
import { icon } from './icons';
import { menu, type Menu } from './menu';
import type { Tray } from '../files';
import type { FileRef } from '../types';
import type { Actions, Model, View } from './model';

const faces = [...'😀😂😊😍🤔😕😢😡👍👎👋🙏🎉❤️🔥✅'.matchAll(/\p{Extended_Pictographic}\uFE0F?/gu)].map(String);

export class Composer implements View {
  readonly element: HTMLElement;
  private readonly area = h('textarea', { rows: 1, 'data-handoff': 'composer', enterkeyhint: 'send', autocomplete: 'off', dir: 'auto' });
  private readonly send = h('button', { type: 'submit', class: 'send', 'data-handoff': 'send', 'aria-label': s.send, title: s.send }, icon('send'));
  private readonly count = h('div', { class: 'count', id: 'count', hidden: true });
  private readonly notice = h('div', { class: 'notice', id: 'notice', role: 'status', hidden: true });
  private readonly picker = h('input', { type: 'file', multiple: true, hidden: true, accept: '.png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.log,.csv,.md' });
  private readonly attach = h('button', { type: 'button', class: 'tool', 'data-handoff': 'attach', 'aria-label': s.attach, title: s.attach, hidden: true }, icon('clip'));
  private readonly form: HTMLElement;
  private readonly emoji: Menu;
  private tray: Tray | undefined;
  private making: Promise<Tray> | undefined;
  private model: Model | undefined;
  private shift = false;

  constructor(private readonly actions: Actions) {
    const smile = h('button', { type: 'button', class: 'tool', 'data-handoff': 'emoji', 'aria-label': s.emoji, title: s.emoji }, icon('smile'));
    const field = h('div', { class: 'field' }, this.area, this.attach, this.picker, smile, this.send);
    this.emoji = menu(smile, field, s.emoji, () => faces.map((label) => ({ label, act: () => this.insert(label) })));
    this.form = h('form', { class: 'composer', novalidate: true }, field);
    this.element = h('div', {}, this.notice, this.form, this.count);
    field.addEventListener('click', (event) => { if (event.target === field) this.area.focus(); });
    this.form.addEventListener('submit', this.submit);
    this.attach.addEventListener('click', () => this.picker.click());
    this.picker.addEventListener('change', () => {
      void this.take(this.picker.files);
      this.picker.value = '';
    });
    this.area.addEventListener('paste', (event) => { if (event.clipboardData?.files.length) void this.take(event.clipboardData.files, event); });
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

  /** Files that are dropped anywhere on the panel are taken. */
  drops(panel: HTMLElement): void {
    const over = (event: DragEvent): void => {
      if (this.attach.hidden || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      panel.classList.toggle('dropping', event.type === 'dragover');
      if (event.type === 'drop') void this.take(event.dataTransfer.files);
    };
    for (const name of ['dragover', 'dragleave', 'drop'] as const) panel.addEventListener(name, over);
  }

  /** A message came back with its files. */
  async restore(files: FileRef[]): Promise<void> {
    (await this.withTray()).restore(files);
  }

  private async take(list: FileList | null, event?: Event): Promise<void> {
    if (this.attach.hidden || !list?.length) return;
    event?.preventDefault();
    const files = Array.from(list); // the list empties itself
    try {
      (await this.withTray()).add(files);
      this.focus();
    } catch {
      this.actions.notify(s.actionFailed);
    }
  }

  private withTray(): Promise<Tray> {
    this.making ??= this.actions.tray(() => { if (this.model) this.check(this.model); }).then((tray) => {
      this.form.before(tray.element);
      return (this.tray = tray);
    }, (error: unknown) => {
      this.making = undefined;
      throw error;
    });
    return this.making;
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
    if (this.area.placeholder !== hint || this.area.style.height === '') {
      this.area.placeholder = this.area.ariaLabel = hint;
      this.grow();
    }
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
    if (this.send.disabled) return;
    const files = this.tray?.ready();
    this.tray?.sent();
    this.setText('');
    this.actions.send(text, files);
  };

  private changed(): void {
    this.grow();
    if (this.model) this.check(this.model);
    this.actions.draft(this.area.value);
  }

  private grow(): void {
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
