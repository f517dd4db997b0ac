// What the widget reads from the page around it.

/** The page by path alone: queries and fragments carry tokens and addresses. */
export function pageInfo(): { url: string; title: string; referrer: string } {
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
