// The ways files come into the composer: the button, a paste, a drop anywhere on
// the panel. The tray that shows them is fetched with the first one.
import { h, s } from '../kit';
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
      void this.take(this.picker.files);
      this.picker.value = '';
    });
    composer.area.addEventListener('paste', (event) => { if (event.clipboardData?.files.length) void this.take(event.clipboardData.files, event); });
    const over = (event: DragEvent): void => {
      if (composer.attach.hidden || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      shell.dialog.classList.toggle('dropping', event.type === 'dragover');
      if (event.type === 'drop') void this.take(event.dataTransfer.files);
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

  private async take(list: FileList | null, event?: Event): Promise<void> {
    const { composer } = this.window;
    if (composer.attach.hidden || !list?.length) return;
    event?.preventDefault();
    const files = Array.from(list); // the list empties itself
    try {
      (await this.tray()).add(files);
      composer.focus();
    } catch {
      this.window.tell(s.actionFailed);
    }
  }

  private tray(): Promise<Tray> {
    const { composer, chat, core } = this.window;
    const { upload_bytes: bytes = 0, uploads_per_message: count = 0 } = core.config.limits ?? {};
    this.making ??= import('../files').then(({ Tray }) => composer.show(new Tray({
      api: chat.api, container: core.container, limits: { bytes, count }, changed: () => composer.recheck(), tell: (text) => this.window.tell(text),
    })));
    this.making.catch(() => { this.making = undefined; });
    return this.making;
  }
}
