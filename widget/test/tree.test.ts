import { describe, expect, it } from 'vitest';
import { hiddenHost, safeUrl } from '../src/links';
import { renderBlocks } from '../src/tree';
import type { Block } from '../src/types';
import { toDurable, toPage } from '../src/wire';

function html(blocks: unknown): string {
  const root = document.createElement('div');
  root.append(...renderBlocks(blocks as Block[], { copyLabel: 'Copy', copy: () => undefined }));
  return root.innerHTML;
}

const paragraph = (...children: unknown[]): unknown => ({ type: 'paragraph', children });
const text = (words: string, more = {}): unknown => ({ type: 'text', text: words, ...more });

describe('renderBlocks', () => {
  it.each([
    ['marks', [paragraph(text('a', { bold: true, italic: true }), text('b', { code: true }), text('c', { strike: true }), { type: 'break' })],
      '<p><strong><em>a</em></strong><code>b</code><s>c</s><br></p>'],
    ['text as text', [paragraph(text('<img src=x onerror=alert(1)>'))], '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
    ['ordered lists from their start', [{ type: 'list', ordered: true, start: 3, items: [[paragraph(text('x'))]] }], '<ol start="3"><li><p>x</p></li></ol>'],
    ['quotes', [{ type: 'quote', children: [paragraph(text('q'))] }], '<blockquote><p>q</p></blockquote>'],
    ['the text of unknown blocks', [{ type: 'table', text: 't' }, { type: 'image', url: 'https://x.example/i.png' }], '<p>t</p>'],
    ['the text of unknown inlines', [paragraph({ type: 'mention', text: '@x' }, { type: 'emoji' })], '<p>@x</p>'],
    ['nothing for nonsense', [null, 3, 'x', { type: 'paragraph' }, { type: 'list', ordered: false }], '<p></p><ul></ul>'],
  ])('renders %s', (_, blocks, want) => expect(html(blocks)).toBe(want));

  it('never goes deeper than a message can sensibly be', () => {
    let block: unknown = paragraph(text('deep'));
    for (let i = 0; i < 50; i++) block = { type: 'quote', children: [block] };
    expect(html([block])).not.toContain('deep');
  });

  it('opens links in a new tab without a handle on this one', () => {
    const got = html([paragraph({ type: 'link', url: 'https://acme.example/a', text: 'orders' })]);
    expect(got).toContain('href="https://acme.example/a"');
    expect(got).toContain('target="_blank"');
    expect(got).toContain('rel="noopener noreferrer"');
  });

  it('shows the real host beside a label that looks like another', () => {
    expect(html([paragraph({ type: 'link', url: 'https://evil.example/x', text: 'bank.example' })])).toContain('(evil.example)');
    expect(html([paragraph({ type: 'link', url: 'https://evil.example/x', text: 'here', host: 'evil.example' })])).toContain('(evil.example)');
  });
});

describe('links', () => {
  it.each([
    'javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'java\nscript:alert(1)', '\u0001javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'blob:https://a/b',
    '//evil.example', '/\\evil.example', '/path', 'https:evil', 'https://a b.example', 'https://a.example\\@b.example', 'ftp://a.example', ' https://a.example', '', undefined, 7,
  ])('refuses %j', (url) => {
    expect(safeUrl(url)).toBeUndefined();
    expect(html([paragraph({ type: 'link', url, text: 'x' })])).toBe('<p>x</p>');
  });

  it.each(['https://a.example/x?y=1#z', 'http://a.example/', 'mailto:a@b.example', 'tel:+4930123456'])('lets %s pass', (url) => expect(safeUrl(url)).toBe(url));

  it.each([
    ['https://www.a.example/', 'a.example', undefined],
    ['https://a.example/', 'read this', undefined],
    ['https://a.example/', 'https://b.example/login', 'a.example'],
    ['mailto:x@b.example', 'x@b.example', undefined],
  ])('%s under "%s"', (url, label, want) => expect(hiddenHost(url, label)).toBe(want));
});

describe('wire', () => {
  it('counts what it does not know and drops what has no number', () => {
    expect(toDurable('confetti', { seq: 3 })).toEqual({ type: 'unknown', data: { seq: 3 } });
    expect(toDurable('message', { seq: 3 })).toEqual({ type: 'unknown', data: { seq: 3 } });
    expect(toDurable('state', { phase: 'bot' }, '4')).toEqual({ type: 'state', data: { phase: 'bot', seq: 4 } });
    expect(toDurable('message', { text: 'x' }, '')).toBeUndefined();
    expect(toPage({ events: [{ type: 'rated', data: { seq: 1, score: 5 } }, null, 'x'] }).length).toBe(1);
    expect(toPage('<html>')).toEqual([]);
  });
});
