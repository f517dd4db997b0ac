// What a site may name is said in four places: docs/widget.md, the types of the npm
// package, the script itself, and the stub of the docs. They name the same things.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const docs = read('../../docs/widget.md');
const types = read('../packages/widget/src/types.ts');
const sources = ['loader', 'settings', 'panel', 'window', 'chat', 'publish', 'identity', 'requests', 'team', 'badge'].map((name) => read(`../src/${name}.ts`)).join('\n');

/** The names at the beginning of the members of an interface of the types. */
function members(name: string): string[] {
  const body = new RegExp(`export interface ${name} \\{\n([\\s\\S]*?)\n\\}`).exec(types)?.[1] ?? '';
  return [...body.matchAll(/^ {2}'?([\w:-]+)'?[?<(:]/gm)].map(([, found]) => found!).sort();
}

/** What stands in backquotes in the first column of the table that begins with `head`, without arguments, in rows that end like this. */
function column(head: string, end = ''): string[] {
  const table = docs.slice(docs.indexOf(head)).split('\n\n')[0]!.split('\n').slice(2).filter((line) => line.endsWith(end));
  return table.flatMap((line) => [...line.split(' | ')[0]!.matchAll(/`(\w+)[^`]*`/g)].map(([, found]) => found!)).sort();
}

const unique = (names: string[]): string[] => [...new Set(names)].sort();

describe('what a site may name', () => {
  it('options', () => {
    const checked = /const checks[^{]*\{\n([\s\S]*?)\n\};/.exec(sources)![1]!;
    const known = [...checked.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!).sort();
    expect(known).toEqual(members('BootOptions'));
    expect(column('| option |')).toEqual(known);
  });

  it('options that can change', () => {
    const listed = (path: string): string[] => [.../ live = new Set[^(]*\(\[([^\]]*)\]/.exec(read(path))![1]!.matchAll(/\w+/g)].map(([name]) => name).sort();
    const known = listed('../src/settings.ts');
    expect(listed('../packages/react/src/index.ts')).toEqual(known);
    expect(column('| option |', '| yes |')).toEqual(known);
  });

  it('calls', () => {
    const calls = members('HandoffApi');
    expect(calls).toContain('escalate');
    expect(column('| call |')).toEqual(calls);
    const stub = /h\.q=\[\];"([\w ]+)"/.exec(docs)![1]!.split(' ');
    expect(unique([...stub, 'version'])).toEqual(calls);
    const loader = read('../src/loader.ts');
    for (const name of stub) expect(loader, name).toMatch(new RegExp(`^  ${name}[,:]|'${name}'`, 'm'));
  });

  it('events', () => {
    const said = [...sources.matchAll(/(?:emit|tell)\(\s*'([a-z:-]+)'|'((?:conversation|escalation):[a-z-]+)'/g)].map(([, a, b]) => a ?? b!);
    const names = unique([...said, 'open', 'close']); // the two are one call
    expect(names).toEqual(members('Events'));
    const prose = docs.slice(docs.indexOf('Events, also on'), docs.indexOf("### The site's own form"));
    for (const name of names) expect(prose, name).toContain(`\`${name}\``);
  });
});
