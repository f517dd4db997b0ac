// The files that go with the next message: picked by the button, dropped anywhere on
// the panel, or pasted. The tray that shows them is fetched with the first one.
import { bring, h, s } from '../kit';
import type { Tray } from '../files';
import type { FileRef } from '../types';
import type { Window } from '../window';

export class Attach {
  private readonly picker = h('input', { type: 'file', multiple: true, hidden: true, accept: '.png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.log,.csv,.md' });
  private making: Promise<Tray> | undefined;

  constructor(private readonly window: Window) {
    const { composer, shell } = window;
    composer.attach.after(this.picker);
    this.picker.addEventListener('change', () => {
      void this.take([...(this.picker.files ?? [])]);
      this.picker.value = '';
    });
    const over = ({ type, dataTransfer }: DragEvent): void => {
      shell.dialog.classList.toggle('dropping', type === 'dragover' && this.isFree() && dataTransfer!.types.includes('Files'));
    };
    for (const name of ['dragover', 'dragleave', 'drop'] as const) shell.dialog.addEventListener(name, over);
  }

  pick(): void {
    this.picker.click();
  }

  /** A message came back with its files. */
  async restore(files: FileRef[]): Promise<void> {
    (await this.tray()).restore(files);
  }

  /** Takes files up while the composer is there to send them. */
  async take(files: File[]): Promise<void> {
    if (!this.isFree()) return;
    try {
      (await this.tray()).add(files);
      this.window.composer.focus();
    } catch {
      this.window.tell(s.actionFailed);
    }
  }

  private isFree(): boolean {
    return this.window.composer.attach.getClientRects().length > 0;
  }

  private tray(): Promise<Tray> {
    const { composer, chat, core } = this.window;
    const { upload_bytes: bytes = 0, uploads_per_message: count = 0 } = core.config.limits ?? {};
    this.making ??= bring<typeof import('../files')>('./files.js').then(({ Tray }) => composer.show(new Tray({
      api: chat.api, container: core.container, limits: { bytes, count }, changed: () => composer.recheck(), tell: (text) => this.window.tell(text), focus: () => composer.focus(),
    })));
    this.making.catch(() => { this.making = undefined; });
    return this.making;
  }
}
