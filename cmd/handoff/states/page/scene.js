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

  const heard = [];
  addEventListener('handoff:message:received', (event) => heard.push(event.detail.from));
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
    send: async () => (await until('send', () => find('.send:enabled'))).click(),
    fill: async (rest) => {
      const [what, ...words] = rest.split(' ');
      const field = await until(what, () => find(what));
      field.value = words.join(' ');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    },
    shows: (what) => until(what, () => find(what)),
    loaded: (what) => until(what + ' loaded', () => find(what)?.naturalWidth > 0),
    gone: (what) => until(what + ' gone', () => !find(what)),
    // Words that are the widget's own are English; what shows them in any language
    // stands behind ::.
    reads: (step) => {
      const [words, hook] = step.split(' :: ');
      return until(words, () => (hook && asked.has('locale') ? find(hook) : text().includes(words)));
    },
    place: (n) => until(`place ${n}`, () => (({ position, waitMin }) => position === Number(n) && waitMin)(Handoff.state().conversation)),
    answers: (name) => until(name, () => Handoff.state().conversation.agent?.name?.includes(name)),
    // Files come as if dropped: a picture for .png, words for the rest.
    attach: async (name) => {
      const data = new DataTransfer();
      data.items.add(new File([name.endsWith('.png') ? await picture() : 'The words of a file.'], name));
      (await until('the panel', () => find('panel'))).dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    },
    identify: (jwt) => Handoff.identify({ jwt }).catch(() => undefined),
    // A part of the site: what asks for consent, or where a chat stands in the page.
    site: (part) => { document.getElementById(part).hidden = false; },
    phase: (phase) => until(phase, () => Handoff.state().conversation.phase === phase),
    heard: (from) => until(`words of ${from}`, () => heard.includes(from)),
    opened: () => until('open', () => Handoff.isOpen()),
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
    load: (options) => load(Object.fromEntries(options.split(' ').filter(Boolean).map((one) => one.split('=')))),
  };

  function picture() {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [360, 240];
    const pen = canvas.getContext('2d');
    for (const [colour, ...box] of [['#cfe0ee', 0, 0, 360, 240], ['#8fae8b', 0, 150, 360, 90], ['#b5532f', 130, 60, 100, 130], ['#8d3d20', 150, 90, 60, 50]]) {
      pen.fillStyle = colour;
      pen.fillRect(...box);
    }
    return new Promise((resolve) => canvas.toBlob(resolve));
  }

  function load(more = {}) {
    const script = document.createElement('script');
    const options = { key: page.dataset.key, theme: asked.get('theme') ?? undefined, locale: asked.get('locale') ?? 'en', ...more };
    for (const [name, value] of Object.entries(options)) if (value) script.dataset[name] = value;
    // A frame is of another origin than the page, as it is on a site.
    script.src = `${more.isolation ? location.origin.replace('127.0.0.1', 'localhost') : ''}/widget.js`;
    const loaded = new Promise((resolve) => { script.onload = script.onerror = resolve; });
    document.head.append(script);
    return loaded;
  }

  async function play() {
    if (/^(ar|he)$/.test(asked.get('locale'))) page.dir = 'rtl';
    if (asked.get('theme') === 'dark') page.style.colorScheme = 'dark';
    for (;;) {
      const answer = await fetch('/scene/step', { method: 'POST' });
      if (!answer.ok) throw new Error(await answer.text());
      const { do: verb, with: words } = await answer.json();
      if (!verb) return;
      if (!window.Handoff && !['load', 'waits', 'site'].includes(verb)) {
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
