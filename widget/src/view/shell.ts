// The panel's frame: one <dialog>, beside the page on a desktop, over all of it
// on a phone, where only the browser's own modal keeps focus and scroll inside.
import { h, listen } from './dom';

const small = '(max-width: 480px), (max-height: 480px)';

export class Shell {
  readonly dialog: HTMLDialogElement;
  private readonly media = matchMedia(small);
  private opener: HTMLElement | undefined;
  private shut: AbortController | undefined;

  constructor(private readonly container: HTMLElement, private readonly escape: () => void, children: Node[]) {
    this.dialog = h('dialog', { class: 'panel', id: 'panel', 'data-handoff': 'panel', 'aria-labelledby': 'title' }, ...children);
    this.dialog.addEventListener('cancel', (event) => { event.preventDefault(); this.escape(); });
    this.dialog.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.preventDefault();
      this.escape();
    });
    container.append(this.dialog);
  }

  isOpen(): boolean {
    return this.dialog.hasAttribute('open');
  }

  open(opener: HTMLElement | undefined): void {
    this.opener = opener;
    this.shut = new AbortController();
    listen(this.media, 'change', this.relayout, this.shut.signal);
    listen(window.visualViewport, 'resize scroll', this.fit, this.shut.signal);
    this.present();
  }

  close(): void {
    this.shut?.abort();
    const inside = this.dialog.contains((this.container.getRootNode() as ShadowRoot).activeElement);
    this.dismiss();
    if (inside) this.opener?.focus();
    this.opener = undefined;
  }

  isPhone(): boolean {
    return this.media.matches && !this.container.matches('[data-inline],[data-framed]');
  }

  // show() would take the focus; setting the attribute does not.
  private present(): void {
    this.fit();
    this.container.toggleAttribute('data-phone', this.isPhone());
    if (this.isPhone()) this.dialog.showModal();
    else this.dialog.setAttribute('open', '');
  }

  private dismiss(): void {
    if (this.dialog.matches(':modal')) this.dialog.close();
    this.dialog.removeAttribute('open');
  }

  private readonly relayout = (): void => {
    const focused = (this.container.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    this.dismiss();
    this.present();
    focused?.focus({ preventScroll: true });
  };

  // The keyboard of a phone covers the layout viewport, not the visual one.
  private readonly fit = (): void => {
    const view = window.visualViewport;
    if (!view || !this.isPhone()) return;
    this.container.style.setProperty('--vh', `${view.height}px`);
    this.container.style.setProperty('--vt', `${view.offsetTop}px`);
  };
}
