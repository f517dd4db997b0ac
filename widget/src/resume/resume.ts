// The page that mailed links and links of another device lead to, /resume#CODE. What
// it says stands in the page, in the visitor's language. Opening it does nothing: the
// code is used up by the button, and only when the chat can be shown.
import chatCss from './chat.css';
import pageCss from './resume.css';

interface Resumed { token: string; key: string; conversation: { id: string; reference: string } }
interface Chat { boot(o: { key: string; locale?: string }): Promise<void>; ready(): Promise<void>; open(): void; on(name: string, act: () => void): void }

const { press, part, bare, failed } = (document.querySelector('main') as HTMLElement).dataset as Record<'press' | 'part' | 'bare' | 'failed', string>;
const locale = new URLSearchParams(location.search).get('locale') ?? undefined;
const say = document.getElementById('say') as HTMLElement;
const go = document.getElementById('go') as HTMLButtonElement;
const chat = (window as unknown as { Handoff?: Chat }).Handoff;

document.adoptedStyleSheets = [sheet(pageCss)];
if (!chat) say.textContent = bare;
else if (code() || kept()) offer();
else say.textContent = part;

function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

function code(): string {
  return location.hash.slice(1);
}

/** The key of a chat that was continued here before. */
function kept(): string | undefined {
  const name = Object.keys(localStorage).find((key) => /^pk_.+:handoff$/.test(key) && localStorage.getItem(key)?.includes('"conversation"'));
  return name?.slice(0, -':handoff'.length);
}

function offer(): void {
  say.textContent = press;
  go.hidden = false;
  go.addEventListener('click', () => {
    go.disabled = true;
    proceed().catch((error: unknown) => {
      say.textContent = error instanceof Refused ? error.message : failed;
      go.hidden = error instanceof Refused;
      go.disabled = false;
    });
  });
}

class Refused extends Error {}

async function proceed(): Promise<void> {
  const key = code() ? await resume() : kept();
  if (key === undefined) throw new Refused(part);
  await (chat as Chat).boot({ key, locale });
  await chat?.ready();
  const root = document.querySelector('handoff-widget')?.shadowRoot;
  root?.adoptedStyleSheets.push(sheet(chatCss));
  document.documentElement.className = 'chat';
  chat?.on('close', () => chat.open());
  chat?.open();
}

async function resume(): Promise<string> {
  const answer = await fetch('/v1/sessions/resume', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang }, body: JSON.stringify({ code: code() }), credentials: 'omit',
  });
  const body = (await answer.json()) as Resumed & { error?: { message?: string; locale?: string } };
  if (!answer.ok) {
    if (answer.status >= 500 || answer.status === 429) throw new Error();
    throw new Refused(body.error?.locale ? body.error.message : failed);
  }
  const { token, key, conversation } = body;
  localStorage.setItem(`${key}:handoff`, JSON.stringify({ token, conversation }));
  history.replaceState(null, '', location.pathname + location.search);
  return key;
}
