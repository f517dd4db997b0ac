// Plays the visitor's side of a scene: asks the server for the next step, does
// it, asks again. When the script is through, <html data-scene="reached">.
(() => {
  const page = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  // Time that has passed, and a device without a network: see package states.
  const real = Date.now.bind(Date);
  let shift = Number(sessionStorage.getItem('scene-shift') ?? 0);
  Date.now = () => real() + shift;
  const offline = (off) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => !off });
    dispatchEvent(new Event(off ? 'offline' : 'online'));
  };

  const root = () => document.querySelector('handoff-widget')?.shadowRoot;
  const visible = (node) => node && node.getClientRects().length > 0 ? node : undefined;
  const find = (what) => {
    const [hook, at] = what.split('#');
    const css = /^[a-z-]+$/.test(hook) ? `[data-handoff="${hook}"]` : hook;
    return [...(root()?.querySelectorAll(css) ?? [])].filter(visible).at(Number(at ?? 0));
  };
  const text = () => find('panel')?.innerText ?? '';
  async function until(what, ok) {
    for (const end = real() + 12000; real() < end; await pause(20)) {
      const found = await ok();
      if (found) return found;
    }
    throw new Error('never: ' + what);
  }

  const verbs = {
    open: () => Handoff.open(),
    close: () => Handoff.close(),
    hide: () => Handoff.hide(),
    escalate: () => Handoff.escalate(),
    say: (words) => Handoff.send(words, { silent: !Handoff.isOpen() }),
    draft: (words) => Handoff.open({ draft: words.replace(/^\*(\d+) (.)$/, (_, n, letter) => letter.repeat(n)) }),
    press: async (what) => (await until(what, () => find(what))).click(),
    focus: async (what) => (await until(what, () => find(what))).focus(),
    fill: async (rest) => {
      const [what, ...words] = rest.split(' ');
      const field = await until(what, () => find(what));
      field.value = words.join(' ');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    },
    shows: (what) => until(what, () => find(what)),
    gone: (what) => until(what + ' gone', () => !find(what)),
    // The words are English: in another language the step is a pause.
    reads: (words) => {
      const end = real() + 2500;
      return until(words, () => text().includes(words) || (asked.has('locale') && real() > end));
    },
    phase: (phase) => until(phase, () => Handoff.state().conversation.phase === phase),
    unread: (n) => until(n + ' unread', () => Handoff.state().unread === Number(n)),
    linked: () => until('a stream', () => Handoff.state().status === 'online'),
    lost: () => until('no stream', () => Handoff.state().status !== 'online'),
    device: (state) => offline(state === 'offline'),
    waits: (ms) => pause(Number(ms)),
    clock: (seconds) => {
      shift += Number(seconds) * 1000;
      sessionStorage.setItem('scene-shift', String(shift));
      document.dispatchEvent(new Event('visibilitychange')); // what depends on the clock is drawn again
    },
    // The session is ended by another window of hers.
    revoke: async () => {
      const { token } = JSON.parse(localStorage.getItem(`${page.dataset.key}:handoff`));
      await fetch('/v1/sessions/current', { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    },
    reload: () => {
      location.reload();
      return new Promise(() => undefined);
    },
    load: () => load(),
  };

  function load() {
    const script = document.createElement('script');
    const options = { key: page.dataset.key, theme: asked.get('theme') ?? undefined, locale: asked.get('locale') ?? 'en', dir: asked.get('locale') === 'ar' ? 'rtl' : undefined };
    for (const [name, value] of Object.entries(options)) if (value) script.dataset[name] = value;
    script.src = '/widget.js';
    const loaded = new Promise((resolve) => { script.onload = script.onerror = resolve; });
    document.head.append(script);
    return loaded;
  }

  async function play() {
    if (asked.get('locale') === 'ar') page.dir = 'rtl';
    if (asked.get('theme') === 'dark') page.style.colorScheme = 'dark';
    for (;;) {
      const answer = await fetch('/scene/step', { method: 'POST' });
      if (!answer.ok) throw new Error(await answer.text());
      const { do: verb, with: words } = await answer.json();
      if (!verb) return;
      if (!window.Handoff && verb !== 'load' && verb !== 'waits') {
        await load();
        await Handoff.ready();
      }
      if (!verbs[verb]) throw new Error('no such step: ' + verb);
      await verbs[verb](words);
    }
  }

  page.dataset.key = document.currentScript.dataset.key;
  play().then(() => { page.dataset.scene = 'reached'; }, (error) => {
    page.dataset.scene = 'failed';
    const problem = document.getElementById('problem');
    problem.hidden = false;
    problem.textContent = String(error.message ?? error);
  });
})();
