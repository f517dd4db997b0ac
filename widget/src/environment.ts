// What the widget reads from the page around it.
import { listen } from './view/dom';

export interface Page { url: string; title: string; referrer: string }

/** The page by path alone: queries and fragments carry tokens and addresses. `none` tells nothing. */
export function pageInfo(context: string | undefined): Page {
  if (context === 'none') return { url: '', title: '', referrer: '' };
  return { url: location.origin + location.pathname, title: document.title.slice(0, 120), referrer: pathOnly(document.referrer) };
}

function pathOnly(address: string): string {
  try {
    const url = new URL(address);
    return url.origin + url.pathname;
  } catch {
    return '';
  }
}

/** 128 random bits, also where the page is plain HTTP and randomUUID is missing. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return 'c_' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Navigation extends EventTarget { currentEntry?: unknown }

/**
 * Calls `moved` after the page has changed its address within one document. The
 * site's history is watched, never patched; where there is no Navigation API only
 * the back and forward buttons are noticed.
 */
export function watchPage(moved: () => void, signal: AbortSignal): void {
  const { navigation } = window as unknown as { navigation?: Navigation };
  const [target, name]: [EventTarget, string] = navigation ? [navigation, 'currententrychange'] : [window, 'popstate'];
  // The title follows the address in most routers.
  listen(target, name, () => setTimeout(moved, 300), signal);
}
