import { expect, test } from 'vitest';
import { read } from '../src/settings';

function taken(given: Record<string, unknown>): [options: Record<string, unknown>, warnings: string[]] {
  const warnings: string[] = [];
  return [read({ key: 'pk_x', ...given }, (text) => void warnings.push(text)) as unknown as Record<string, unknown>, warnings];
}

test.each([
  ['offset', '24,80', { x: 24, y: 80 }],
  ['offset', { x: 1, y: 2 }, { x: 1, y: 2 }],
  ['launcher', 'false', false],
  ['launcher', '.help', { selector: '.help' }],
  ['launcher', { selector: '#a' }, { selector: '#a' }],
  ['starters', '["a"]', ['a']],
  ['greetAfter', '20', 20],
  ['greetAfter', 600, 600],
  ['sounds', '', true],
  ['unreadIcon', 'https://cdn.example.com/dot.png', 'https://cdn.example.com/dot.png'],
  ['unreadIcon', '/dot.png', new URL('/dot.png', document.baseURI).href],
  ['exposeText', true, true],
  ['user', '{"jwt":"x"}', { jwt: 'x' }],
  ['user', null, null],
  ['escalation', '{"afterAnswers":1,"form":"none"}', { afterAnswers: 1, form: 'none' }],
])('%s %j is taken', (name, given, want) => {
  expect(taken({ [name]: given })).toEqual([{ key: 'pk_x', [name]: want }, []]);
});

test.each([
  ['offset', { x: -1, y: 2 }],
  ['theme', 'pink'],
  ['accent', 'red'],
  ['persistence', 'forever'],
  ['pageContext', 'full'],
  ['unreadIcon', ''],
  ['unreadIcon', 'javascript:alert(1)'],
  ['unreadIcon', 'data:image/png;base64,AA=='],
  ['unreadIcon', 'https://'],
  ['unavailable', 'shout'],
  ['greetAfter', '4'],
  ['greetAfter', 601],
  ['greetAfter', ''],
  ['greetAfter', 'soon'],
  ['starters', ['a', 'b', 'c', 'd', 'e']],
  ['launcher', { selector: '<b>' }],
  ['container', '#nowhere'],
  ['nonce', 'x'],
  ['toString', 'x'],
])('%s %j is refused by name', (name, given) => {
  const [options, warnings] = taken({ [name]: given });
  expect(options).toEqual({ key: 'pk_x' });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(name);
});

const field = (n: number): object => ({ id: `f${n}`, label: `Field ${n}`, type: 'text' });

test('a form has at most eight fields, each with an id and a label of its own', () => {
  const eight = { fields: [...Array(8).keys()].map(field) };
  expect(taken({ escalation: { form: eight } })).toEqual([{ key: 'pk_x', escalation: { form: eight } }, []]);
  for (const fields of [[...Array(9).keys()].map(field), [], [field(1), field(1)], [{ ...field(1), type: 'html' }], [{ ...field(1), label: '' }], [{ ...field(1), type: 'select' }]]) {
    const [options, warnings] = taken({ escalation: { form: { fields } } });
    expect(options['escalation']).toEqual({});
    expect(warnings).toHaveLength(1);
  }
});

test('markup in a label is named and stays text', () => {
  const form = { fields: [{ ...field(1), label: '<b>Name</b>' }] };
  const [options, warnings] = taken({ escalation: { form } });
  expect(options['escalation']).toEqual({ form });
  expect(warnings[0]).toContain('shown as text');
});

test('a greeting is refused where nothing is kept', () => {
  const [options, warnings] = taken({ greetAfter: 20, persistence: 'none' });
  expect(options).toEqual({ key: 'pk_x', persistence: 'none' });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('greetAfter');
});
