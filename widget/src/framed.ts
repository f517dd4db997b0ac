// The frame's side of `isolation: 'iframe'`: the page /widget/frame on our own origin.
// The server has checked that the site named in the address is one of the key's, and
// lets no other site frame it. Only that site's page is heard, and only it is told.
import frameCss from './style/framed.css';
import css from './style/launcher.css';
import type { Core, Options, Panel, PanelModule } from './core';
import { calls, isToFrame, type FromFrame, type ToFrame } from './framing';
import { look, paint } from './launcher';
import type { WidgetConfig } from './types';

declare const PANEL_PATH: string;

const address = new URL(location.href).searchParams;
const site = address.get('origin') ?? '';
const key = address.get('key') ?? '';
const asked = new Map<number, (verdict: string, fields?: Record<string, string>) => void>();
let panel: Promise<Panel> | undefined;
let shown: Panel | undefined;
let questions = 0;

if (parent !== window && site !== '') {
  window.addEventListener('message', ({ source, origin, data }: MessageEvent) => {
    if (source === parent && origin === site && isToFrame(data)) take(data);
  });
  // A key that no part of the chat has: it has been opened and is about to take the focus.
  window.onkeydown = ({ key }): void => { if (key === 'Escape') shown?.close(); };
  post({ handoff: 'ready' });
}

function post(message: FromFrame): void {
  parent.postMessage(message, site);
}

function take(message: ToFrame): void {
  if (message.handoff === 'boot') boot(message.options, message.config);
  else if (message.handoff === 'answer') asked.get(message.id)?.(message.verdict, message.fields);
  else void answer(message);
}

async function answer({ id, name, args }: Extract<ToFrame, { handoff: 'call' }>): Promise<void> {
  try {
    if (!core || !calls.has(name)) throw new Error(`${name} is not in this version`);
    const ready = (await come(core)) as unknown as Record<string, (...args: unknown[]) => unknown>;
    const value = name === 'refresh' ? refresh(args as [Options, WidgetConfig]) : name === 'focus' ? refocus() : await ready[name]?.(...args);
    post({ handoff: 'result', id, value });
  } catch (error) {
    post({ handoff: 'result', id, error: error instanceof Error ? error.message : '' });
  }
}

let core: Core | undefined;
let way = '/w/';

function boot(options: Options, config: WidgetConfig): void {
  if (core || options.key !== key) return;
  const style = css + frameCss;
  const nothing = (): void => undefined;
  const mine: Core = core = {
    ...paint(config, options, style), base: location.origin, module: '', options, config, css: style, emit, toggle: nothing, restart: nothing,
    load: () => come(mine),
  };
  core.container.dataset['framed'] = '';
  come(core).catch(() => undefined);
}

/** The panel. One that does not come is asked for again by the next call, at another address: see bring in loader.ts. */
function come(core: Core): Promise<Panel> {
  panel ??= (import(core.base + way + PANEL_PATH) as Promise<PanelModule>).then(async (module) => {
    await module.speak(core);
    return shown = module.mount(core);
  });
  panel.catch(() => {
    panel = undefined;
    way += '-';
  });
  return panel;
}

/** She may have closed it meanwhile. */
function refocus(): void {
  if (shown?.isOpen()) shown.open({}, true);
}

function refresh([options, config]: [Options, WidgetConfig]): void {
  if (!core) return;
  Object.assign(core.options, options);
  Object.assign(core.config, config);
  look(core.container, core.config, core.options);
  shown?.refresh();
}

function emit(name: string, detail: unknown = {}): boolean | Promise<boolean> {
  if (name === 'escalation:requested') return ask(detail as Asked);
  // What the panel says while it is being mounted waits until it can be asked.
  queueMicrotask(() => {
    if (!shown) return;
    post({ handoff: 'event', name, detail: detail as Record<string, unknown>, state: shown.state(), open: shown.isOpen() });
  });
  return true;
}

interface Asked { reason?: string; proceed(fields?: Record<string, string>): void; abort(): void }

function ask(detail: Asked): Promise<boolean> {
  const id = ++questions;
  return new Promise((resolve) => {
    asked.set(id, (verdict, fields) => {
      resolve(verdict === 'go');
      if (verdict === 'proceed') detail.proceed(fields);
      else if (verdict === 'abort') detail.abort();
      if (verdict !== 'go') asked.delete(id);
    });
    post({ handoff: 'asked', id, ...(detail.reason !== undefined && { reason: detail.reason }) });
  });
}
