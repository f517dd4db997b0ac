// The whole of /widget.js: the launcher, window.Handoff, and the door to the
// panel, which is fetched only when somebody shows interest in it.
import css from './style/launcher.css';
import { launcherLabel, paint, type Settings } from './launcher';
import type { Core, HandoffState, Panel, PanelModule } from './core';
import type { WidgetConfig } from './types';

declare const PANEL_PATH: string;

type Listener = (detail: unknown) => void;
type Api = Record<string, (...args: never[]) => unknown>;
type Any = Record<string, unknown>;

const version = '0.1.0';
const notYet = ' is not in this version';
const script = document.currentScript as HTMLScriptElement | null;
const page = window as unknown as { Handoff?: Any & { q?: [string, unknown[]][] }; HandoffSettings?: Any };
const allowed = ['key', 'locale', 'theme', 'accent', 'position', 'baseUrl'];
const later = ['identify', 'track', 'update', 'consent'];

const listeners = new Map<string, Set<Listener>>();
let options: Settings | undefined;
let booted: Promise<void> | undefined;
let core: Core | undefined;
let panel: Panel | undefined;
let loading: Promise<Panel> | undefined;
let context: Core['context'] = {};
let generation = 0;
let markReady: () => void;
let readiness = new Promise<void>((resolve) => { markReady = resolve; });

function warn(text: string): void {
  console.warn('[handoff] ' + text);
}

/** A promise that may fail without the page's error handlers hearing of it. */
function hushed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function emit(name: string, detail: unknown = {}): boolean {
  const event = new CustomEvent('handoff:' + name, { detail, cancelable: true });
  for (const listener of [...(listeners.get(name) ?? [])]) {
    try {
      listener(name.endsWith('requested') ? Object.assign({ preventDefault: () => event.preventDefault() }, detail) : detail);
    } catch (error) {
      setTimeout(() => { throw error; });
    }
  }
  window.dispatchEvent(event);
  return !event.defaultPrevented;
}

function on(name: string, listener: Listener): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(listener));
  if (name === 'ready' && core) setTimeout(() => listener({}));
  return () => set.delete(listener);
}

function load(): Promise<Panel> {
  const mine = core as Core;
  loading ??= (import(mine.base + PANEL_PATH) as Promise<PanelModule>).then((module) => {
    if (core !== mine) throw new Error('shut down');
    return (panel = module.mount(mine));
  });
  loading.catch(() => { loading = undefined; });
  return hushed(loading);
}

function whenReady<T>(act: (panel: Panel) => T | Promise<T>): Promise<T> {
  return hushed(readiness.then(load).then(act));
}

function base(): string {
  return script?.src ? new URL(script.src).origin : '';
}

function settings(given: Any): Settings | undefined {
  const taken: Any = Object.create(null) as Any;
  for (const [name, value] of Object.entries(given)) {
    if (allowed.includes(name)) taken[name] = value;
    else warn(name + notYet);
  }
  const { key, baseUrl } = taken;
  if (typeof key !== 'string' || key === '' || key.startsWith('sk_')) {
    warn('data-key must be a public key');
    return undefined;
  }
  if (baseUrl !== undefined && baseUrl !== base()) {
    warn('data-base-url is not the origin of the script');
    return undefined;
  }
  return taken as unknown as Settings;
}

function boot(given: Any): Promise<void> {
  const wanted = settings(given);
  if (!wanted) return hushed(Promise.reject(new Error('refused')));
  if (booted && JSON.stringify(wanted) === JSON.stringify(options)) return booted;
  if (core) void shutdown();
  options = wanted;
  booted = hushed(start(wanted, ++generation));
  return booted;
}

async function start(wanted: Settings, mine: number): Promise<void> {
  const config = await fetchConfig(wanted, mine);
  config.locale = wanted.locale ?? config.locale;
  if (mine !== generation) return;
  core = { ...paint(config, wanted, css), base: base(), key: wanted.key, config, css, context, emit, unread, opened };
  core.launcher.addEventListener('click', () => void whenReady((p) => (p.isOpen() ? p.close() : p.open({}, true))));
  for (const intent of ['pointerenter', 'focus', 'touchstart']) core.launcher.addEventListener(intent, () => void load(), { passive: true });
  if (returning(wanted.key)) (window.requestIdleCallback ?? setTimeout)(() => void load());
  markReady();
  emit('ready');
}

// A server that does not answer leaves no trace on the page; it is asked again
// when the device comes back or the page is looked at, at most once a minute.
async function fetchConfig({ key, locale }: Settings, mine: number): Promise<WidgetConfig> {
  const query = new URLSearchParams(locale ? { key, locale } : { key });
  for (;;) {
    const asked = Date.now();
    const answer = await fetch(`${base()}/v1/widget/config?${query}`, { credentials: 'omit' }).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as (WidgetConfig & { error?: { message?: string } }) | undefined;
    if (answer?.ok && body) return body;
    if (answer && answer.status < 500 && answer.status !== 429) {
      warn(`the chat did not start: ${body?.error?.message ?? answer.status}`);
      throw new Error('refused');
    }
    do await anotherChance(); while (Date.now() - asked < 60_000 && mine === generation);
    if (mine !== generation) throw new Error('shut down');
  }
}

function anotherChance(): Promise<unknown> {
  return new Promise((resolve) => {
    window.addEventListener('online', resolve, { once: true });
    document.addEventListener('visibilitychange', resolve, { once: true });
  });
}

/** Somebody with a conversation, an unsent message or an open panel gets it without asking. */
function returning(key: string): boolean {
  try {
    const name = key + ':handoff';
    return sessionStorage.getItem(name) !== null || /"(conversation|outbox)":/.test(localStorage.getItem(name)!);
  } catch {
    return false;
  }
}

function unread(count: number): void {
  if (!core) return;
  const badge = core.launcher.querySelector('.badge') as HTMLElement;
  badge.hidden = count === 0;
  badge.textContent = count > 9 ? '9+' : String(count);
  launcherLabel(core.launcher, count);
  emit('unread', { count });
}

function opened(open: boolean): void {
  core?.launcher.setAttribute('aria-expanded', String(open));
  emit(open ? 'open' : 'close');
}

async function shutdown(): Promise<void> {
  generation++;
  const [was, ui] = [panel, core];
  const key = options?.key;
  core = panel = loading = booted = options = undefined;
  context = {};
  readiness = new Promise((resolve) => { markReady = resolve; });
  ui?.root.host.remove();
  if (was) return hushed(was.shutdown());
  try {
    for (const store of [localStorage, sessionStorage]) store.removeItem(key + ':handoff');
  } catch {
    // Nothing was stored.
  }
}

const idle: HandoffState = { status: 'idle', unread: 0, conversation: { phase: 'bot' } };

const api: Api = {
  boot,
  open: (o?: { draft?: string; view?: string }) => void whenReady((p) => p.open(o ?? {}, !typing())),
  close: () => panel?.close(),
  toggle: () => (panel?.isOpen() ? panel.close() : api['open']?.()),
  isOpen: () => panel?.isOpen() ?? false,
  show: () => reveal(true),
  hide: () => reveal(false),
  send: (text: string, o?: { silent?: boolean }) => whenReady((p) => p.send(text, !!o?.silent)),
  escalate: (o?: { reason?: string; fields?: Record<string, string> }) => whenReady((p) => p.escalate(o?.reason, o?.fields)),
  cancelEscalation: () => whenReady((p) => p.cancelEscalation()),
  setContext: (attributes: Core['context']) => {
    Object.assign(context, attributes);
    panel?.setContext(attributes);
  },
  on,
  once: (name: string, listener: Listener) => {
    const off = on(name, (detail) => { off(); listener(detail); });
    return off;
  },
  off: (name: string, listener?: Listener) => {
    if (listener) listeners.get(name)?.delete(listener);
    else listeners.delete(name);
  },
  ready: () => readiness,
  state: () => panel?.state() ?? idle,
  shutdown,
};
for (const name of later) {
  api[name] = () => (name === 'identify' ? hushed(Promise.reject(new Error(name + notYet))) : warn(name + notYet));
}

function reveal(shown: boolean): void {
  void readiness.then(() => { if (core) core.launcher.hidden = !shown; });
}

/** The visitor is writing in the page: an open() from a script must not take her focus. */
function typing(): boolean {
  const active = document.activeElement;
  return !!active && active !== core?.root.host && active.matches('input,textarea,select,[contenteditable],iframe');
}

function call(name: string, ...args: unknown[]): unknown {
  return Object.keys(api).includes(name) ? (api[name] as (...args: unknown[]) => unknown)(...args) : warn(name + notYet);
}

function install(): void {
  if (page.Handoff?.['version']) return;
  const queue = page.Handoff?.q ?? [];
  page.Handoff = Object.assign(call, api, { version }) as never;
  const given = { ...page.HandoffSettings, ...script?.dataset };
  if (given['key']) void boot(given);
  for (const [name, args] of queue) call(name, ...Array.from(args));
}

install();
