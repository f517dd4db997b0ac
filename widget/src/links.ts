// The only doors out of the widget. The server has checked every link already;
// this is the second lock.

const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address if it is an absolute http, https, mailto or tel link without hidden characters, else undefined. */
export function safeUrl(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || !/^(https?:\/\/|mailto:|tel:)[^\s\\\u0000-\u0020\u007f-\u009f]+$/i.test(raw)) return undefined;
  try {
    const url = new URL(raw);
    return schemes.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The real host, when the label reads like the address of another one. */
export function hiddenHost(url: string, label: string): string | undefined {
  const host = new URL(url).hostname;
  const shown = /(?:^|[\s/@(])((?:[a-z0-9-]+\.)+[a-z]{2,})/i.exec(label)?.[1]?.toLowerCase();
  if (host === '' || shown === undefined) return undefined;
  return bare(shown) === bare(host) ? undefined : host;
}

function bare(host: string): string {
  return host.replace(/^www\./, '');
}
