// The page a mailed link leads to, /resume#CODE. Opening it does nothing: the
// code is used up by the button, and only when the chat can be shown.
import chatCss from './chat.css';
import pageCss from './resume.css';

interface Resumed { token: string; key: string; conversation: { id: string; reference: string } }
interface Chat { boot(o: { key: string }): Promise<void>; ready(): Promise<void>; open(): void; on(name: string, act: () => void): void }

const failed = 'The chat could not be reached. Check the connection and press the button again.';
const say = document.getElementById('say') as HTMLElement;
const go = document.getElementById('go') as HTMLButtonElement;
const chat = (window as unknown as { Handoff?: Chat }).Handoff;

document.adoptedStyleSheets = [sheet(pageCss)];
if (!chat) say.textContent = 'The chat could not be loaded. Load this page again.';
else if (code() || kept()) offer();
else say.textContent = 'This link is not complete. Open it from the mail again.';

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
  say.textContent = 'Press the button to see what was said and to write.';
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
  if (key === undefined) throw new Refused('This link is not complete. Open it from the mail again.');
  await (chat as Chat).boot({ key });
  await chat?.ready();
  const root = document.querySelector('handoff-widget')?.shadowRoot;
  root?.adoptedStyleSheets.push(sheet(chatCss));
  document.documentElement.className = 'chat';
  chat?.on('close', () => chat.open());
  chat?.open();
}

async function resume(): Promise<string> {
  const answer = await fetch('/v1/sessions/resume', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code: code() }), credentials: 'omit',
  });
  const body = (await answer.json()) as Resumed & { error?: { message?: string } };
  if (!answer.ok) {
    if (answer.status >= 500 || answer.status === 429) throw new Error(failed);
    throw new Refused(body.error?.message ?? failed);
  }
  const { token, key, conversation } = body;
  localStorage.setItem(`${key}:handoff`, JSON.stringify({ token, conversation }));
  history.replaceState(null, '', location.pathname);
  return key;
}
