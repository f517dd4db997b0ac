// What the docs and the packages' READMEs show is compiled as a site would, and the
// React examples are rendered.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createElement, type FunctionComponent } from 'react';
import * as runtime from 'react/jsx-runtime';
import { renderToString } from 'react-dom/server';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as handoff from '../src/index';

const here = import.meta.url;
const path = (name: string): string => new URL('../../../' + name, here).pathname;
const options: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson(ts.readConfigFile(path('tsconfig.json'), ts.sys.readFile).config.compilerOptions, path('.')).options,
  jsx: ts.JsxEmit.ReactJSX,
  paths: { '@handoff/widget': [path('packages/widget/src/index.ts')], '@handoff/react': [path('packages/react/src/index.ts')] },
};

/** The fenced block of a page. */
function example(page: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(path(page), 'utf8'))?.[1];
  if (!found) throw new Error(`${page} has no example in ${language}`);
  return found;
}

/** What the compiler has to say of it. */
function faults(source: string): string[] {
  const file = path('packages/react/test/example.tsx');
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target) => (name === file ? ts.createSourceFile(name, source, target) : getSourceFile(name, target));
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the examples', () => {
  it.each([['../docs/widget.md', 'tsx'], ['packages/react/README.md', 'tsx'], ['packages/widget/README.md', 'ts']])('%s compiles', (page, language) => {
    expect(faults(example(page, language))).toEqual([]);
  }, 60_000);

  it('a wrong one does not', () => {
    expect(faults(example('../docs/widget.md', 'tsx').replace('theme="dark"', 'theme="pink"'))).toHaveLength(1);
  }, 60_000);

  it.each(['../docs/widget.md', 'packages/react/README.md'])('%s is rendered', (page) => {
    const { outputText } = ts.transpileModule(example(page, 'tsx'), { compilerOptions: { jsx: ts.JsxEmit.ReactJSX, module: ts.ModuleKind.CommonJS } });
    const [exports, known] = [{} as { Shop: FunctionComponent }, { '@handoff/react': handoff, 'react/jsx-runtime': runtime } as Record<string, unknown>];
    new Function('exports', 'require', outputText)(exports, (name: string) => known[name]);
    expect(renderToString(createElement(exports.Shop))).toBe('<button aria-expanded="false">Help </button>');
  });
});

it.each(['widget', 'react'])('the package %s has a README', (name) => {
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--offline'], { cwd: path(`packages/${name}`), encoding: 'utf8', stdio: 'pipe' })) as { files: { path: string }[] }[];
  expect(packed?.files.map((file) => file.path)).toContain('README.md');
}, 60_000);
