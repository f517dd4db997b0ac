// The server's message tree as nodes. What is not known is shown as its text, if it has any.
import type { Block, Inline } from './types';
import { hiddenHost, safeUrl } from './links';
import { button } from './view/button';
import { h } from './view/dom';

export interface TreeOptions {
  copyLabel: string;
  /** The visitor pressed Copy on a code block. */
  copy(text: string, button: HTMLElement): void;
  linkClicked?(url: string): void;
}

const deepest = 8;

export function renderBlocks(blocks: readonly Block[] | undefined, o: TreeOptions): Node[] {
  return asArray(blocks).flatMap((block) => renderBlock(block, o, 0));
}

function renderBlock(block: Block, o: TreeOptions, depth: number): Node[] {
  if (!isRecord(block) || depth > deepest) return [];
  switch (block.type) {
    case 'paragraph':
      return [h('p', {}, ...renderInline(block.children, o))];
    case 'list':
      return [renderList(block, o, depth)];
    case 'code':
      return [renderCode(String(block.text ?? ''), o)];
    case 'quote':
      return [h('blockquote', {}, ...nested(block.children, o, depth))];
    default:
      return unknown(block, o);
  }
}

function nested(blocks: readonly Block[], o: TreeOptions, depth: number): Node[] {
  return asArray(blocks).flatMap((block) => renderBlock(block, o, depth + 1));
}

function renderList(block: Extract<Block, { type: 'list' }>, o: TreeOptions, depth: number): HTMLElement {
  const items = asArray(block.items).map((item) => h('li', {}, ...nested(item, o, depth)));
  if (!block.ordered) return h('ul', {}, ...items);
  const start = Number.isInteger(block.start) && block.start !== 1 ? block.start : undefined;
  return h('ol', { start }, ...items);
}

function renderCode(text: string, o: TreeOptions): HTMLElement {
  const copy = button('copy', undefined, () => o.copy(text, copy), {}, o.copyLabel);
  return h('div', { class: 'code' }, h('pre', { tabindex: 0, dir: 'ltr' }, h('code', {}, text)), copy);
}

function renderInline(children: readonly Inline[], o: TreeOptions): Node[] {
  return asArray(children).flatMap((child): Node[] => {
    if (!isRecord(child)) return [];
    if (child.type === 'break') return [h('br')];
    if (child.type === 'link') return renderLink(child, o);
    const text = document.createTextNode(String(child.text ?? ''));
    return child.type === 'text' ? [dressed(text, child)] : [text];
  });
}

type TextNode = Extract<Inline, { type: 'text' }>;

function dressed(text: Text, marks: TextNode): Node {
  let node: Node = text;
  if (marks.code) node = h('code', {}, node);
  if (marks.strike) node = h('s', {}, node);
  if (marks.italic) node = h('em', {}, node);
  if (marks.bold) node = h('strong', {}, node);
  return node;
}

function renderLink(link: Extract<Inline, { type: 'link' }>, o: TreeOptions): Node[] {
  const url = safeUrl(link.url);
  const label = String(link.text || link.url || '');
  if (url === undefined) return [document.createTextNode(label)];
  const target = url.startsWith('tel:') ? undefined : '_blank'; // a call needs no page
  const anchor = h('a', { href: url, target, rel: 'noopener noreferrer', on: { click: () => o.linkClicked?.(url) } }, label);
  const host = link.host ?? hiddenHost(url, label);
  return host ? [anchor, h('span', { class: 'host' }, ` (${host})`)] : [anchor];
}

function unknown(block: unknown, o: TreeOptions): Node[] {
  const { text, children } = block as { text?: unknown; children?: Inline[] };
  if (typeof text === 'string' && text !== '') return [h('p', {}, text)];
  const inline = renderInline(asArray(children), o);
  return inline.some((node) => node.textContent) ? [h('p', {}, ...inline)] : [];
}

function asArray<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
