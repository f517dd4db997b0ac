// One line of the log as nodes. The visitor's own words are shown literally;
// everybody else's come as the server's tree.
import { en as s } from '../strings/en';
import { language, say } from '../words';
import type { DayLine, Line, MessageLine, PendingLine, SystemLine } from '../lines';
import type { FileRef, Source } from '../types';
import { safeUrl } from '../links';
import { renderBlocks, type TreeOptions } from '../tree';
import { avatar } from './avatar';
import { button, tool } from './button';
import { chip, humanLabel } from './chips';
import { h } from './dom';
import { icon } from './icons';
import type { Actions, Model } from './model';

/** What a line looks like, in a string: the same string, the same nodes. */
export function signature(line: Line): string {
  switch (line.kind) {
    case 'day': return line.key;
    case 'system': return line.text;
    case 'pending': return `${line.item.status} ${line.item.reason ?? ''} ${line.first} ${line.last}`;
    case 'message': return `${line.message.seq} ${line.text} ${line.files.length} ${line.edited} ${line.removed} ${line.first} ${line.last} ${line.offer} ${line.vote} ${line.receipt}`;
  }
}

export function draw(line: Line, model: Model, actions: Actions): HTMLElement {
  switch (line.kind) {
    case 'day': return drawDay(line, model.now);
    case 'system': return drawSystem(line, actions);
    case 'pending': return drawPending(line, actions);
    case 'message': return drawMessage(line, model, actions);
  }
}

function drawDay(line: DayLine, now: number): HTMLElement {
  return h('div', { class: 'day', role: 'separator' }, h('span', {}, dayLabel(line.at, now)));
}

export function dayLabel(at: number, now: number): string {
  const date = new Date(at);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return s.today;
  if (days === 1) return s.yesterday;
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(language, { weekday: 'short', day: 'numeric', month: 'long', year });
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function drawSystem({ text, content }: SystemLine, actions: Actions): HTMLElement {
  const words = content?.length ? renderBlocks(content, treeOptions(actions)) : [document.createTextNode(text)];
  return h('div', { class: 'system', 'data-handoff': 'system', role: 'note' }, h('div', {}, ...words));
}

function drawPending({ item, first, last }: PendingLine, actions: Actions): HTMLElement {
  const failed = item.status === 'failed';
  const classes = ['row own', first && 'first', last && 'last', failed && 'failed', !failed && item.status !== 'sent' && 'unsent'];
  return h('div', {
    class: classes.filter(Boolean).join(' '), 'data-handoff': 'message', 'data-role': 'visitor', 'data-status': item.status,
    role: 'article', 'aria-label': say(s.at, s.you, clock(item.at)),
  }, item.text && h('div', { class: 'text bubble', dir: 'auto' }, item.text), item.files && filePlace(item.files, actions), failed ? failure(item.client_id, item.reason, actions) : last && h('div', { class: 'note' }, receipt(item.status)));
}

function failure(id: string, reason: string | undefined, actions: Actions): HTMLElement {
  const choice = (label: string, hook: string, act: (id: string) => void): HTMLElement => button('textbutton', hook, () => act(id), {}, label);
  const why = reason && reason !== 'network' ? `${s.notSent} ${reason}` : s.notSent;
  return h('div', { class: 'note' }, why, ' ', choice(s.retry, 'retry', actions.retry), '·', choice(s.delete, 'delete', actions.discard));
}

function receipt(status: string): string {
  if (status === 'sent') return s.sent;
  return status === 'queued' && navigator.onLine === false ? s.queued : s.sending;
}

function drawMessage(line: MessageLine, model: Model, actions: Actions): HTMLElement {
  const { message } = line;
  const { role } = message.from;
  const own = role === 'visitor';
  const name = nameOf(line);
  const classes = ['row', own ? 'own' : role, line.first && 'first', line.last && 'last', line.removed && 'removed'];
  const time = clock(Date.parse(message.at));
  const row = h('div', {
    class: classes.filter(Boolean).join(' '), 'data-handoff': 'message', 'data-role': role, 'data-seq': message.seq,
    role: 'article', 'aria-label': say(s.at, own ? s.you : name, time), title: own ? time : undefined,
  });
  if (line.first && role === 'agent') row.append(h('div', { class: 'avatar person' }, avatar(message.from, model.base)));
  if (line.first && !own) row.append(heading(role === 'bot', name, time));
  if (line.text || !line.files.length) row.append(body(line, own, treeOptions(actions)));
  if (line.removed) return row;
  if (line.files.length) row.append(filePlace(line.files, actions));
  const sources = sourceList(message.sources, model.base, actions);
  if (sources || line.thumbs) row.append(h('div', { class: 'after' }, sources, line.thumbs && thumbs(line, actions)));
  const notes = [message.stopped && s.stopped, line.edited && s.edited, line.receipt && s.sent].filter(Boolean).join(' · ');
  if (notes) row.append(h('div', { class: 'note' }, notes));
  if (line.offer) row.append(offer(message.seq, model, actions));
  return row;
}

function filePlace(files: FileRef[], actions: Actions): HTMLElement {
  const place = h('div', { class: 'files', 'data-handoff': 'files' });
  actions.showFiles(place, files);
  return place;
}

function nameOf({ message }: MessageLine): string {
  return message.from.name || (message.from.role === 'bot' ? s.assistant : s.someone);
}

export function heading(bot: boolean, name: string, time: string): HTMLElement {
  return h('div', { class: 'meta' }, bot && h('span', { class: 'tag' }, s.aiTag), h('span', {}, name), time !== '' && h('span', {}, `· ${time}`));
}

function body(line: MessageLine, own: boolean, o: TreeOptions): HTMLElement {
  const bubble = line.message.from.role === 'bot' ? 'text' : 'text bubble';
  if (line.removed) return h('div', { class: bubble }, s.removed);
  if (own || !line.content?.length) return h('div', { class: bubble, dir: 'auto' }, line.text);
  return h('div', { class: bubble, dir: 'auto' }, ...renderBlocks(line.content, o));
}

export function treeOptions(actions: Actions): TreeOptions {
  return { copyLabel: s.copy, copy: actions.copy, linkClicked: actions.link };
}

function sourceList(sources: readonly Source[] | undefined, base: string, actions: Actions): HTMLElement | undefined {
  if (!Array.isArray(sources) || sources.length === 0) return undefined;
  const items = (sources as Source[]).slice(0, 6).map((source) => h('li', {}, sourceChip(source, base, actions)));
  return h('div', { class: 'sources' }, h('span', {}, s.sources), h('ul', {}, ...items));
}

function sourceChip(source: Source, base: string, actions: Actions): HTMLElement {
  const label = String(source.title || source.path || '');
  const url = safeUrl(source.url?.startsWith('/') && !/^\/[/\\]/.test(source.url) ? base + source.url : source.url);
  if (url === undefined) return h('span', { class: 'source' }, h('span', {}, label));
  return h('a', {
    class: 'source', href: url, target: '_blank', rel: 'noopener noreferrer', title: label, on: { click: () => actions.link(url) },
  }, icon('link'), h('span', {}, label));
}

function thumbs({ message, vote }: MessageLine, actions: Actions): HTMLElement {
  return h('div', { class: 'thumbs' }, ...[true, false].map((up) => tool(
    up ? 'up' : 'down', up ? s.helpful : s.notHelpful, 'up', () => actions.vote(message.seq, up), { class: up ? 'tool' : 'tool down', 'aria-pressed': String(vote === up) },
  )));
}

function offer(seq: number, model: Model, actions: Actions): HTMLElement {
  return h('div', { class: 'tail' }, h('div', { class: 'chips' },
    chip(humanLabel(model.config), 'human', () => actions.human(), { icon: 'person', strong: true }),
    chip(s.keepTrying, 'chip', () => actions.keepTrying(seq))));
}

export function clock(at: number): string {
  return Number.isFinite(at) ? new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }) : '';
}
