// The whole of /widget.js: the launcher, window.Handoff, and the door to the
// panel, which is fetched only when somebody shows interest in it. It keeps the
// names of the API and what was called early; the work is done by the modules.
import css from './style/launcher.css';
import { paint } from './launcher';
import type { Core, HandoffState, OpenOptions, Options, Panel, PanelModule } from './core';
import type { WidgetConfig } from './types';

declare const PANEL_PATH: string;
declare const SETTINGS_PATH: string;
declare const VERSION: string;

type Any = Record<string, unknown>;
type Early = [name: string, args: unknown[], done?: (value: unknown) => void];
type Settings = typeof import('./settings');

const version = VERSION;
const notYet = ' is not in this version';
const script = document.currentScript as HTMLScriptElement | null;
const page = window as unknown as { Handoff?: Any & { q?: Early[] }; HandoffSettings?: Any };
const base = script?.src ? new URL(script.src).origin : '';
/** Everything else is read, checked and shown by the settings module. */
const simple = /^(key|locale|theme|accent|position|consent|baseUrl|unavailableText)=|^unavailable=say$/;

const heard: { name: string; listener: unknown; stop(): void }[] = [];
let asked = '';
/** What the chat stands in, as boot was given it: an element is compared as itself, it may lead to the whole page. */
let inside: unknown;
let options: Options | undefined;
let booted: Promise<void> | undefined;
let core: Core | undefined;
let panel: Panel | undefined;
let loading: Promise<Panel> | undefined;
let early: Early[] = [];
let generation = 0;
/** Where modules are, with a hyphen for each that did not come; the server passes over those. */
let way = '/w/';
let ending = Promise.resolve();
/** The button of a chat that could not start yet, and whether it was pressed. */
let stand: ReturnType<typeof paint> | undefined;
let pressed: boolean | undefined;
let grant: (() => void) | undefined;
let consented: Promise<void> | undefined;
/** Says that nobody can be reached. */
const note = document.createElement('p');
note.role = 'status';
note.className = 'preview';
note.popover = 'auto';
let markReady: () => void;
let readiness: Promise<void>;
renew();

function renew(): void {
  readiness = new Promise((resolve) => { markReady = resolve; });
}

function warn(text: string): void {
  console.warn('[handoff] ' + text);
}

/** A promise that may fail without the page's error handlers hearing of it. */
function hushed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function emit(name: string, detail: unknown = {}): boolean {
  return dispatchEvent(new CustomEvent('handoff:' + name, { detail, cancelable: true }));
}

function on(name: string, listener: (detail: unknown) => void): () => void {
  const hear = (event: Event): void => listener((event as CustomEvent).detail);
  const stop = (): void => removeEventListener('handoff:' + name, hear);
  addEventListener('handoff:' + name, hear);
  heard.push({ name, listener, stop });
  if (name === 'ready' && core) setTimeout(listener, 0, {});
  return stop;
}

function load(): Promise<Panel> {
  const mine = core as Core;
  loading ??= bring<PanelModule>(mine.module).then(async (module) => {
    await module.speak(mine);
    if (core !== mine) throw new Error('shut down');
    panel = module.mount(mine);
    for (const [name, args] of early.splice(0)) act(panel, name, args);
    return panel;
  });
  loading.catch(() => { loading = undefined; });
  return loading;
}

function act(panel: Panel, name: string, args: unknown[]): unknown {
  return (panel as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
}

function whenReady<T>(work: (panel: Panel) => T | Promise<T>): Promise<T> {
  return hushed(readiness.then(load).then(work));
}

function settings(): Promise<Settings> {
  return bring(SETTINGS_PATH);
}

/** A module. A browser does not ask again for one that has failed: each failure changes the address of all that follow. */
function bring<T>(address: string): Promise<T> {
  return import(base + way + address).catch((error) => {
    way += '-';
    throw error;
  });
}

/** Whether the site wants to say that nobody can be reached. */
function says(): boolean {
  return options?.unavailable === 'say';
}

function boot(given: Any): Promise<void> {
  const { key, baseUrl, container } = given ?? {};
  if (!/^pk_/.test(key as string)) return refuse('key must be a public key, pk_…');
  if (baseUrl && baseUrl !== base) return refuse('base-url is not the origin of the script');
  const print = JSON.stringify({ ...given, container: 0 });
  if (booted && print === asked && container === inside) return booted;
  if (booted) leave();
  asked = print;
  inside = container;
  options = given as unknown as Options;
  booted = hushed(start(given, ++generation));
  return booted;
}

function refuse(why: string): Promise<never> {
  warn(why);
  return hushed(Promise.reject(new Error(why)));
}

async function start(given: Any, mine: number): Promise<void> {
  if (given['consent'] === 'required') await (consented ??= new Promise((resolve) => { grant = resolve; }));
  await ending.catch(() => undefined);
  const plain = Object.entries(given).every(([name, value]) => simple.test(name + '=' + value));
  const extra = plain ? undefined : await reach(() => settings().catch(() => undefined), mine);
  const wanted = extra ? extra.read(given, warn) : (given as unknown as Options);
  const config = await reach(() => ask(wanted), mine);
  if (mine !== generation) return;
  options = wanted;
  stand?.root.host.remove();
  core = { ...paint(config, wanted, css), base, module: PANEL_PATH, options, config, css, emit, load, toggle, restart };
  core.launcher.addEventListener('click', toggle);
  for (const intent of ['pointerenter', 'focus', 'touchstart']) core.launcher.addEventListener(intent, load, { passive: true });
  extra?.start(core);
  // Somebody with a conversation, an unsent message or an open panel gets it without asking.
  if (/"(open|conversation|outbox)":/.test(stored())) (window.requestIdleCallback ?? setTimeout)(() => core?.load());
  markReady();
  emit('ready');
  if (pressed) toggle();
}

function restart(wanted: Options): void {
  void boot(wanted as unknown as Any);
}

function toggle(): void {
  whenReady((p) => {
    note.remove();
    if (p.isOpen()) p.close();
    else p.open({}, true);
  }).catch(sorry);
}

/** Says so anew, where the site wants that and the widget has not left the page. */
function sorry(): void {
  const ui = says() && (core ?? stand);
  if (!ui) return;
  ui.container.append(note);
  note.showPopover?.();
  setTimeout(() => { note.textContent = options?.unavailableText ?? 'Chat is unavailable right now.'; });
}

// A server that does not answer leaves no trace on the page, or the button where the
// site wants that. It is asked again when the button is pressed and, at most once a
// minute, when the device comes back or the page is looked at.
async function reach<T>(work: () => Promise<T | undefined>, mine: number): Promise<T> {
  for (;;) {
    const soon = Date.now() + 60_000;
    const got = await work();
    if (got) return got;
    if (mine === generation && says() && (options?.launcher ?? options?.container) == null) stand ??= paint({} as WidgetConfig, options as Options, css);
    if (pressed) sorry();
    do pressed = await anotherChance(); while (!pressed && Date.now() < soon && mine === generation);
    if (mine !== generation) throw new Error('shut down');
  }
}

async function ask({ key, locale }: Options): Promise<WidgetConfig | undefined> {
  const query = new URLSearchParams(locale ? { key, locale } : { key });
  const answer = await fetch(`${base}/v1/widget/config?${query}`, { credentials: 'omit' }).catch(() => undefined);
  const body = (await answer?.json().catch(() => undefined)) as (WidgetConfig & { error?: { message?: string } }) | undefined;
  if (answer?.ok && body) return { ...body, ...(locale && { locale }) };
  if (answer && answer.status < 500 && answer.status !== 429) return refuse(`the chat did not start: ${body?.error?.message ?? answer.status}`);
  return undefined;
}

/** Resolves with whether the button was pressed. */
function anotherChance(): Promise<boolean> {
  return new Promise((resolve) => {
    const hear = ({ type }: Event): void => resolve(type === 'click');
    addEventListener('online', hear, { once: true });
    document.addEventListener('visibilitychange', hear, { once: true });
    stand?.launcher.addEventListener('click', hear, { once: true });
  });
}

function stored(): string {
  try {
    const name = options?.key + ':handoff';
    return (sessionStorage[name] ?? '') + (localStorage[name] ?? '');
  } catch {
    return '';
  }
}

/** Takes the widget off the page; nobody is logged out. */
function leave(): void {
  generation++;
  panel?.leave();
  core?.root.host.remove();
  stand?.root.host.remove();
  core = panel = loading = booted = stand = pressed = undefined;
  early = [];
  renew();
}

// What was stored is revoked and wiped by the panel's module, which knows how.
function shutdown(o?: { forget?: boolean }): Promise<void> {
  const [ui, was] = [core, panel];
  panel = undefined; // it leaves by itself
  leave();
  if (was) ending = was.shutdown(o);
  else if (ui && stored()) ending = bring<PanelModule>(ui.module).then((module) => module.wipe(ui, o));
  return hushed(ending);
}

const state = (): HandoffState => panel?.state() ?? { status: 'idle', unread: 0, conversation: { phase: 'bot' } };

const api: Record<string, (...args: never[]) => unknown> = {
  boot,
  update: (patch: Any) => void hushed(readiness.then(settings).then((module) => core && module.update(core, patch, warn, panel))),
  open: (o?: OpenOptions) => void whenReady((p) => p.open(o ?? {}, !typing())),
  close: () => panel?.close(),
  toggle,
  isOpen: () => panel?.isOpen() ?? false,
  show: () => reveal(true),
  hide: () => reveal(false),
  consent: (given: boolean) => {
    if (given) {
      consented ??= Promise.resolve();
      grant?.();
    } else {
      consented = undefined;
      void shutdown();
      if (options) restart(options);
    }
  },
  on,
  once: (name: string, listener: (detail: unknown) => void) => {
    const stop = on(name, (detail) => { stop(); listener(detail); });
    return stop;
  },
  off: (name: string, listener?: unknown) => {
    for (const one of heard) if (one.name === name && (!listener || one.listener === listener)) one.stop();
  },
  ready: () => readiness,
  state,
  debug: () => ({ version, ...state() }),
  shutdown,
};
for (const name of ['send', 'escalate', 'cancelEscalation', 'identify']) {
  api[name] = (...args: unknown[]) => whenReady((p) => act(p, name, args));
}
// These wait for the panel without fetching it.
for (const name of ['setContext', 'track']) {
  api[name] = (...args: unknown[]) => void (panel ? act(panel, name, args) : early.push([name, args]));
}

function reveal(shown: boolean): void {
  void readiness.then(() => { if (core) core.launcher.hidden = !shown; });
}

/** The visitor is writing in the page: an open() from a script must not take her focus. */
function typing(): boolean | undefined {
  return document.activeElement?.matches('input,textarea,select,[contenteditable],iframe');
}

function call(name: string, ...args: unknown[]): unknown {
  return Object.keys(api).includes(name) ? (api[name] as (...args: unknown[]) => unknown)(...args) : warn(name + notYet);
}

function install(): void {
  const stub = page.Handoff;
  if (stub?.['version']) return;
  const push = ([name, args, done]: Early): void => {
    const value = call(name, ...Array.from(args));
    done?.(value);
  };
  const given = { ...page.HandoffSettings, ...script?.dataset };
  page.Handoff = Object.assign(typeof stub === 'function' ? stub : call, api, { version }) as never;
  if (given['key']) void boot(given);
  stub?.q?.forEach(push);
  Object.assign(page.Handoff as Any, { q: { push } });
}

install();
