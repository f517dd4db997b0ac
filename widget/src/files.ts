// Files: the tray of those that go with the next message, and how those of a line
// look. Fetched when the first one is attached or shown.
import css from './style/files.css';
import type { Api, ApiError } from './api';
import { adopt, button, draw, h, language, learn, refused, s, say, setText, tool } from './kit';
import { open } from './lightbox';
import { files as words } from './strings/files';
import type { FileRef } from './types';

/** What the module needs of the panel. */
export interface FilesHost {
  api: Api;
  container: HTMLElement;
  limits: { bytes: number; count: number };
  changed(): void;
  tell(text: string): void;
  /** The button that had the focus has gone. */
  focus(): void;
}

interface Entry { file: File; ref?: FileRef; request?: XMLHttpRequest; failed?: string; element: HTMLElement; bar: HTMLProgressElement; note: HTMLElement; again: HTMLElement }

learn(words);

const taken = /\.(png|jpe?g|jfif|gif|webp|pdf|txt|text|log|csv|md)$/i;
const sheet = 'M5.5 3h6l3.5 3.5V17h-9.5ZM11.5 3v3.5H15';

export class Tray {
  readonly element = h('ul', { class: 'tray', 'data-handoff': 'tray' });
  private entries: Entry[] = [];

  constructor(private readonly host: FilesHost) {
    adopt(host.container, css);
  }

  /** Takes files up, and says which it does not. */
  add(list: Iterable<File>): void {
    const { limits, tell } = this.host;
    const refused: string[] = [];
    for (const file of list) {
      const name = shownName(file.name);
      if (this.entries.length >= limits.count) refused.push(say(s.fileMany, name, limits.count));
      else if (!taken.test(name) || file.size === 0 || file.size > limits.bytes) refused.push(say(s.fileRefused, name, limits.bytes >> 20));
      else this.take(file, name);
    }
    if (refused.length > 0) tell(refused.join(' '));
    this.host.changed();
  }

  /** Those that are kept by the server, with the message that takes them along; undefined while one is on its way. */
  ready(): FileRef[] | undefined {
    return this.entries.some((entry) => entry.request) ? undefined : this.entries.flatMap(({ ref }) => ref ?? []);
  }

  /** The message has them now; what failed stays. */
  sent(): void {
    for (const entry of this.entries.filter(({ ref }) => ref)) this.drop(entry);
  }

  /** A message came back: its files stand here again. */
  restore(refs: readonly FileRef[]): void {
    for (const ref of refs) this.entry({ name: ref.name, size: ref.size } as File, ref.name).ref = ref;
    this.host.changed();
  }

  private take(file: File, name: string): void {
    void this.upload(this.entry(file, name));
  }

  private entry(file: File, name: string): Entry {
    const bar = h('progress', { max: 1, value: 0, 'aria-label': name, hidden: true });
    const note = h('span', { class: 'why' });
    const again = button('textbutton', 'file-retry', () => this.upload(entry), { hidden: true }, s.retry);
    const remove = tool('file-remove', say(s.fileRemove, name), 'close', () => {
      entry.request?.abort();
      this.drop(entry);
      this.host.changed();
      this.host.focus();
    }, { class: 'off' });
    const element = h('li', { 'data-handoff': 'file-chip' }, h('span', { class: 'name', dir: 'auto' }, name), h('span', { class: 'size', dir: 'auto' }, size(file.size)), note, again, bar, remove);
    const entry: Entry = { file, element, bar, note, again };
    this.entries.push(entry);
    this.element.append(element);
    return entry;
  }

  private drop(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    entry.element.remove();
  }

  private async upload(entry: Entry): Promise<void> {
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
    entry.request = request;
    entry.bar.hidden = false;
    entry.again.hidden = true;
    setText(entry.note, '');
    this.host.changed();
    try {
      entry.ref = await send(this.host.api, entry, request);
    } catch (error) {
      const { status, said } = error as ApiError;
      setText(entry.note, said || s.notSent);
      entry.again.hidden = said !== '' && status !== 429; // the same would be refused again
    }
    delete entry.request;
    entry.bar.hidden = true;
    entry.element.toggleAttribute('data-failed', !entry.ref);
    this.host.changed();
  }
}

async function send(api: Api, { file, bar }: Entry, request: XMLHttpRequest): Promise<FileRef> {
  const { base, headers } = await api.access();
  const form = new FormData();
  form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as FileRef);
      else reject(refused(request.status, request.responseText));
    };
    request.onerror = request.onabort = () => reject(refused(0, ''));
    request.open('POST', `${base}/v1/files`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(form);
  });
}

/** Without what hides or reorders: what stands last is the extension. */
export function shownName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}]/gu, '').trim() || 'file';
}

/** In the visitor's language: "3 kB", "1,2 Mo"; what is there is never "0 kB". */
export function size(bytes: number): string {
  const large = bytes >= 1e6;
  return Math.max(bytes / (large ? 1e6 : 1e3), bytes && 0.1).toLocaleString(language, { style: 'unit', unit: large ? 'megabyte' : 'kilobyte', maximumFractionDigits: 1 });
}

const kept = new Map<string, Promise<string>>();

/** The address of a file's content in this page: it is fetched with the session, once. */
function content(api: Api, file: FileRef): Promise<string> {
  let url = kept.get(file.id);
  if (!url) {
    url = api.fetch(file.url, '*/*').then((response) => response.blob()).then((blob) => URL.createObjectURL(blob));
    kept.set(file.id, url);
    url.catch(() => kept.delete(file.id));
  }
  return url;
}

/** Fills the place of a line's files: pictures to look at, everything else to save. */
export function show(place: HTMLElement, files: readonly FileRef[], host: Pick<FilesHost, 'api' | 'container'>): void {
  adopt(host.container, css);
  place.replaceChildren(...files.map((file) => (file.width && file.height ? picture(file, host) : row(file, host))));
}

type Showing = Parameters<typeof show>[2];

function picture(file: FileRef, host: Showing): HTMLElement {
  const image = h('img', { alt: file.name });
  // Its size is known before it has come: nothing moves then.
  image.style.setProperty('--width', `${file.width}px`);
  image.style.setProperty('--ratio', String(file.width! / file.height!));
  const opener = button('thumb', 'file-image', () => enlarge(file, host), { 'data-id': file.id, title: file.name, 'aria-label': say(s.openPicture, file.name) }, image);
  image.onerror = () => opener.replaceWith(row(file, host));
  content(host.api, file).then((url) => { image.src = url; }, () => opener.replaceWith(row(file, host, s.fileGone)));
  return opener;
}

async function enlarge(file: FileRef, host: Showing): Promise<void> {
  open(host.container, await content(host.api, file), file.name, s.closePicture, () => host.container.querySelector<HTMLElement>(`[data-id="${file.id}"]`)?.focus()); // the line may have been drawn anew
}

function row(file: FileRef, { api }: Showing, why = ''): HTMLElement {
  const note = h('span', { class: 'why' }, why);
  const save = (): Promise<void> => content(api, file).then((url) => h('a', { href: url, download: file.name }).click(), () => setText(note, s.fileGone));
  return button('file', 'file', save, {}, draw('file', sheet), h('span', { class: 'name', dir: 'auto' }, file.name), h('span', { class: 'size', dir: 'auto' }, size(file.size)), note);
}
