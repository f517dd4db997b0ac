// Brings the widget's script onto the page, once, and hands out its API. Nothing
// here touches window or document before it is called, so it can be imported on a
// server.
import type { BootOptions, HandoffApi } from './types.js';

export type * from './types.js';

const loading = new Map<string, Promise<HandoffApi>>();

/** The API of a page whose script has run; undefined on a server and before that. */
export function current(): HandoffApi | undefined {
  const found = typeof window === 'undefined' ? undefined : (window as { Handoff?: HandoffApi }).Handoff;
  return found?.version ? found : undefined;
}

/**
 * Loads `<baseUrl>/widget.js` and boots the widget with the options. Called again
 * with the same ones it changes nothing. Rejects on a server, and when the script
 * cannot be loaded; the next call tries again.
 *
 * @param options `baseUrl`, such as https://chat.example.com, and what boot takes
 */
export async function load(options: BootOptions & { baseUrl: string }): Promise<HandoffApi> {
  const api = current() ?? (await script(origin(options.baseUrl)));
  await api.boot({ ...options, baseUrl: origin(options.baseUrl) });
  return api;
}

function origin(url: string): string {
  return new URL(url).origin;
}

function script(base: string): Promise<HandoffApi> {
  if (typeof document === 'undefined') return Promise.reject(new Error('the chat can be loaded in a browser only'));
  const known = loading.get(base);
  if (known) return known;
  const promise = new Promise<HandoffApi>((resolve, reject) => {
    const element = document.createElement('script');
    element.src = `${base}/widget.js`;
    element.async = true;
    element.onload = () => {
      const api = current();
      if (api) resolve(api);
      else reject(new Error(`${element.src} is not the chat's script`));
    };
    element.onerror = () => reject(new Error(`${element.src} could not be loaded`));
    document.head.append(element);
  });
  loading.set(base, promise);
  promise.catch(() => loading.delete(base));
  return promise;
}
