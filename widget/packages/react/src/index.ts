// The widget as a component, and its state as a hook.
import { current, load, type BootOptions, type Events, type HandoffApi, type HandoffState } from '@handoff/widget';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

export type HandoffEvents = { [E in keyof Events]?: (detail: Events[E]) => void };

export interface HandoffProps extends Omit<BootOptions, 'key'> {
  /** The public key of the site, pk_…; `key` is React's own word. */
  widgetKey: string;
  /** Origin of the chat server, such as https://chat.example.com. */
  baseUrl: string;
  /** Listeners by the event's name; they may change with each render. */
  events?: HandoffEvents;
  /** The script could not be loaded, or the server refused. */
  onError?: (error: unknown) => void;
}

const live = new Set(['locale', 'dir', 'theme', 'accent', 'position', 'offset', 'launcher', 'greeting', 'starters', 'escalation', 'sounds', 'unreadIcon', 'exposeText', 'pageContext']);
/** How many components show the widget: a strict mode's second mount comes before the first one's end takes effect. */
let mounted = 0;

/**
 * Shows the widget while it is mounted. Options that can change while it runs do
 * so; others start it again. Unmounting hides it and logs nobody out: that is
 * `useHandoff().shutdown()`.
 */
export function Handoff({ events, onError, widgetKey, ...others }: HandoffProps): null {
  const options = { ...others, key: widgetKey };
  const wanted = print(options);
  const before = useRef<Record<string, unknown> | undefined>(undefined);
  const latest = useRef({ events, onError, options });
  latest.current = { events, onError, options };

  useEffect(() => {
    mounted++;
    const stops: (() => void)[] = [];
    const names = Object.keys(latest.current.events ?? {}) as (keyof Events)[];
    for (const name of names) stops.push(listen(name, (detail) => (latest.current.events?.[name] as ((detail: unknown) => void) | undefined)?.(detail)));
    current()?.show();
    return () => {
      mounted--;
      for (const stop of stops) stop();
      setTimeout(() => {
        if (mounted > 0) return;
        current()?.close();
        current()?.hide();
      });
    };
  }, []);

  useEffect(() => {
    const now = latest.current.options as unknown as Record<string, unknown>;
    const was = before.current;
    before.current = now;
    const changed = was && Object.keys({ ...was, ...now }).filter((name) => !isSame(name, was[name], now[name]));
    const api = current();
    if (api && changed && changed.every((name) => live.has(name) && now[name] !== undefined)) {
      if (changed.length > 0) api.update(Object.fromEntries(changed.map((name) => [name, now[name]])));
      return;
    }
    load(latest.current.options).catch((error: unknown) => latest.current.onError?.(error));
  }, [wanted, others.container]);
  return null;
}

/** Options as text. An element is left out: React hangs on it what leads back to it. */
function print(options: object): string {
  return JSON.stringify({ ...options, container: undefined });
}

function isSame(name: string, a: unknown, b: unknown): boolean {
  return name === 'container' ? a === b : JSON.stringify(a) === JSON.stringify(b);
}

/** Hears an event of the widget, also one that comes before the script has run. */
function listen(name: keyof Events, listener: (detail: unknown) => void): () => void {
  const hear = (event: Event): void => listener((event as CustomEvent<unknown>).detail);
  window.addEventListener(`handoff:${name}`, hear);
  return () => window.removeEventListener(`handoff:${name}`, hear);
}

const idle: HandoffState = { status: 'idle', unread: 0, conversation: { phase: 'bot' } };
const telling: (keyof Events)[] = [
  'ready', 'open', 'close', 'unread', 'connection', 'escalation:waiting', 'conversation:started', 'conversation:claimed', 'conversation:transferred',
  'conversation:released', 'conversation:handed-back', 'conversation:closed', 'identity:changed', 'identity:failed',
];

let snapshot = JSON.stringify({ ...idle, isOpen: false });

function read(): string {
  const api = current();
  if (api) snapshot = JSON.stringify({ ...api.state(), isOpen: api.isOpen() });
  return snapshot;
}

function subscribe(changed: () => void): () => void {
  const stops = telling.map((name) => listen(name, changed));
  return () => stops.forEach((stop) => stop());
}

export interface UseHandoff extends HandoffState, Pick<HandoffApi, 'open' | 'close' | 'toggle' | 'identify' | 'track' | 'setContext' | 'send' | 'escalate' | 'cancelEscalation' | 'shutdown' | 'consent'> {
  isOpen: boolean;
}

/** The widget's state, and calls that wait for it. On a server it is idle. */
export function useHandoff(): UseHandoff {
  const text = useSyncExternalStore(subscribe, read, () => JSON.stringify({ ...idle, isOpen: false }));
  return useMemo(() => ({ ...(JSON.parse(text) as HandoffState & { isOpen: boolean }), ...calls }), [text]);
}

/** The API once the widget is ready; calls before that wait. */
function whenReady<T>(act: (api: HandoffApi) => T | Promise<T>): Promise<T> {
  const api = current();
  if (api) return Promise.resolve(act(api));
  return new Promise((resolve, reject) => {
    const stop = listen('ready', () => {
      stop();
      const api = current();
      if (api) Promise.resolve(act(api)).then(resolve, reject);
    });
  });
}

const calls: Omit<UseHandoff, keyof HandoffState | 'isOpen'> = {
  open: (o) => void whenReady((api) => api.open(o)),
  close: () => current()?.close(),
  toggle: () => void whenReady((api) => api.toggle()),
  identify: (user) => whenReady((api) => api.identify(user)),
  track: (name, props) => void whenReady((api) => api.track(name, props)),
  setContext: (attributes) => void whenReady((api) => api.setContext(attributes)),
  send: (text, o) => whenReady((api) => api.send(text, o)),
  escalate: (o) => whenReady((api) => api.escalate(o)),
  cancelEscalation: () => whenReady((api) => api.cancelEscalation()),
  shutdown: (o) => current()?.shutdown(o) ?? Promise.resolve(),
  consent: (given) => current()?.consent(given),
};
