// Options beyond the few that the loader knows: what they may be, how they look
// as data- attributes, and what they do to the page. A module of its own, fetched
// by sites that use one, and by update().
import inlineCss from './style/inline.css';
import type { Core, FormField, FormSchema, Options, Panel } from './core';
import { PageIcon } from './icon';
import { look } from './launcher';

declare const GREET_PATH: string;
declare const ISOLATE_PATH: string;

type Warn = (text: string) => void;
type Check = (value: unknown) => unknown;

const docs = ' See docs/widget.md, "Options".';

const oneOf = (...names: string[]): Check => (value) => (names.includes(value as string) ? value : undefined);
const text: Check = (value) => (typeof value === 'string' ? value : undefined);
const flag: Check = (value) => (typeof value === 'boolean' ? value : undefined);
const matching = (form: RegExp): Check => (value) => (typeof value === 'string' && form.test(value) ? value : undefined);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const checks: Record<keyof Options, Check> = {
  key: text,
  baseUrl: text,
  user: (value) => (value === null || (isObject(value) && typeof value['jwt'] === 'string') ? value : undefined),
  locale: matching(/^[a-z]{2,3}([-_][a-z0-9]{2,8})*$|^auto$/i),
  dir: oneOf('ltr', 'rtl', 'auto'),
  theme: oneOf('auto', 'light', 'dark'),
  accent: matching(/^#[0-9a-f]{6}$/i),
  position: oneOf('right', 'left'),
  offset: (value) => (isObject(value) && [value['x'], value['y']].every((n) => typeof n === 'number' && n >= 0 && n <= 1000) ? value : undefined),
  launcher: (value) => (typeof value === 'boolean' || (isObject(value) && isSelector(value['selector'])) ? value : undefined),
  container: (value) => (value instanceof Element ? value : typeof value === 'string' && isSelector(value) ? document.querySelector(value) ?? undefined : undefined),
  isolation: oneOf('shadow', 'iframe'),
  persistence: oneOf('device', 'tab', 'none'),
  consent: oneOf('granted', 'required'),
  unavailable: oneOf('hide', 'say'),
  unavailableText: text,
  pageContext: oneOf('path', 'none'),
  greeting: text,
  greetAfter: (value) => (typeof value === 'number' && value >= 5 && value <= 600 ? value : undefined),
  starters: (value) => (Array.isArray(value) && value.length <= 4 && value.every((one) => typeof one === 'string') ? value : undefined),
  escalation: (value) => (isObject(value) ? value : undefined),
  sounds: flag,
  unreadIcon: (value) => (typeof value === 'string' ? address(value) : undefined),
  exposeText: flag,
};

/** An address in full: it means the same when the page's own has changed. */
function address(value: string): string | undefined {
  try {
    const { protocol, href } = new URL(value, document.baseURI);
    return /^https?:$/.test(protocol) && value ? href : undefined;
  } catch {
    return undefined;
  }
}

function isSelector(value: unknown): boolean {
  try {
    return typeof value === 'string' && document.createDocumentFragment().querySelector(value) === null;
  } catch {
    return false;
  }
}

/** The options that are right; what is not is named in the console and left out. */
export function read(given: Record<string, unknown>, warn: Warn): Options {
  const taken: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof Options] : undefined;
    if (!check) {
      warn(name + ' is not in this version.' + docs);
      continue;
    }
    const value = check(plain(name, raw));
    if (value === undefined) warn(`${name} is not what it may be.${docs}`);
    else taken[name] = name === 'escalation' ? escalation(value as Record<string, unknown>, warn) : value;
  }
  if (taken['greetAfter'] && taken['persistence'] === 'none') {
    warn(`greetAfter needs a place where it is kept that she was greeted, and persistence is none.${docs}`);
    delete taken['greetAfter'];
  }
  return taken as unknown as Options;
}

const written = new Set(['user', 'offset', 'launcher', 'starters', 'escalation', 'sounds', 'exposeText', 'greetAfter']);

/** A data- attribute is text: JSON where the option is more than that. `data-offset="24,80"` is short for the object. */
function plain(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !written.has(name)) return value;
  const [x, y] = value.split(',').map(Number);
  if (name === 'offset' && x !== undefined && y !== undefined && !Number.isNaN(x + y)) return { x, y };
  if (value === '' && name !== 'starters') return true;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return name === 'launcher' ? { selector: value } : undefined;
  }
}

function escalation(given: Record<string, unknown>, warn: Warn): Options['escalation'] {
  const out: NonNullable<Options['escalation']> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name === 'afterAnswers' && Number.isInteger(value) && (value as number) >= 0) out.afterAnswers = value as number;
    else if (name === 'form' && value === 'none') out.form = value;
    else if (name === 'form') {
      const form = schema(value, warn);
      if (form) out.form = form;
    } else warn(`escalation.${name} is not what it may be.${docs}`);
  }
  return out;
}

const fieldTypes = oneOf('text', 'email', 'tel', 'textarea', 'select', 'checkbox');
const markup = /<[a-z/!]/i;

/** The site's form, or undefined with a line that says why. Words are text: what looks like HTML is shown as it is written. */
function schema(value: unknown, warn: Warn): FormSchema | undefined {
  const fields = isObject(value) ? value['fields'] : undefined;
  const refuse = (why: string): undefined => {
    warn(`escalation.form ${why}.${docs}`);
    return undefined;
  };
  if (!Array.isArray(fields) || fields.length === 0) return refuse('has no fields');
  if (fields.length > 8) return refuse('has more than 8 fields');
  const ids = new Set<string>();
  for (const field of fields as Partial<FormField>[]) {
    if (!isObject(field) || !/^[A-Za-z][\w-]{0,63}$/.test(String(field.id)) || ids.has(String(field.id))) return refuse('has a field without an id of its own');
    if (typeof field.label !== 'string' || field.label.trim() === '' || field.label.length > 120) return refuse(`has no label for ${field.id}, or one beyond 120 characters`);
    if (fieldTypes(field.type) === undefined) return refuse(`has an unknown type for ${field.id}`);
    if (field.type === 'select' && !(Array.isArray(field.options) && field.options.length > 0)) return refuse(`has no options for ${field.id}`);
    if (markup.test(field.label)) warn(`escalation.form: the label of ${field.id} holds markup, and is shown as text.${docs}`);
    ids.add(String(field.id));
  }
  const consent = (value as FormSchema).consent;
  if (consent && !(typeof consent.label === 'string' && /^https?:\/\//i.test(consent.href))) return refuse('has a consent without label and https address');
  return value as FormSchema;
}

let trigger: ((event: Event) => void) | undefined;
let icon: PageIcon | undefined;

/** Shows what the options say on a widget that has just been painted, and fetches what they ask for. */
export function start(core: Core): void {
  apply(core);
  mark(core, 0);
  const { greetAfter } = core.options;
  if (greetAfter) void (import(`${core.base}/w/${GREET_PATH}`) as Promise<typeof import('./greet')>).then(({ greet }) => greet(core, greetAfter), () => undefined);
}

/** Shows what the options say, on a button that has just been painted or stands there. */
function apply(core: Core): void {
  const { container, options, config, launcher } = core;
  for (const name of ['--al', '--ad', '--il', '--id', '--rl', '--rd']) container.style.removeProperty(name);
  look(container, config, options);
  for (const side of ['x', 'y'] as const) {
    const px = options.offset?.[side];
    container.style.setProperty('--o' + side, px === undefined ? '' : px + 'px');
  }
  if (options.greeting !== undefined) config.greeting = options.greeting;
  if (options.starters) config.starters = options.starters;
  const after = options.escalation?.afterAnswers;
  if (after !== undefined) config.human_button = { ...config.human_button, after_answers: after };
  launcher.hidden = options.launcher !== undefined && options.launcher !== true;
  listen(core);
  place(core);
}

function mark(core: Core, unread: number): void {
  if (icon?.core !== core) icon = new PageIcon(core);
  icon.show(unread);
}

/** The site's own elements open the chat, also those that come later. */
function listen(core: Core): void {
  if (trigger) for (const name of ['click', 'pointerover']) document.removeEventListener(name, trigger);
  trigger = undefined;
  const selector = typeof core.options.launcher === 'object' ? core.options.launcher.selector : '';
  if (!selector) return;
  trigger = (event) => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (!element || !core.root.host.isConnected) return;
    if (event.type !== 'click') return void core.load();
    event.preventDefault();
    element.focus();
    core.toggle();
  };
  for (const name of ['click', 'pointerover']) document.addEventListener(name, trigger);
}

/** In an element of the page the chat stands open, without a button. */
function place(core: Core): void {
  const { container, options, root } = core;
  if (options.isolation === 'iframe') {
    core.module = ISOLATE_PATH;
    if (options.container) openLater(core);
    return;
  }
  if (!options.container || root.host.parentNode === options.container) return;
  core.css += inlineCss;
  core.sheet.replaceSync(core.css);
  container.dataset['inline'] = '';
  core.launcher.hidden = true;
  options.container.append(root.host);
  openLater(core);
}

function openLater(core: Core): void {
  core.launcher.hidden = true;
  setTimeout(() => void core.load().then((panel) => panel.open({}, false)).catch(() => undefined));
}

const live = new Set<keyof Options>(['locale', 'dir', 'theme', 'accent', 'position', 'offset', 'launcher', 'greeting', 'starters', 'escalation', 'sounds', 'unreadIcon', 'exposeText', 'pageContext']);

/** Changes a running widget. What only boot can set is named and left alone. */
export function update(core: Core, patch: Record<string, unknown>, warn: Warn, panel: Panel | undefined): void {
  const wanted = read(patch, warn);
  for (const name of Object.keys(wanted) as (keyof Options)[]) {
    if (live.has(name) || wanted[name] === core.options[name]) continue;
    warn(`${name} is set by boot() and cannot change later.${docs}`);
    delete wanted[name];
  }
  const other = wanted.locale !== undefined && wanted.locale !== core.options.locale;
  Object.assign(core.options, wanted);
  if (other) {
    core.restart(core.options);
    return;
  }
  apply(core);
  mark(core, panel?.state().unread ?? 0);
  panel?.refresh();
}
