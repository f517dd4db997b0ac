import { afterEach, expect, test, vi } from 'vitest';
import { load } from '../src/index';

const options = { key: 'pk_x', baseUrl: 'https://chat.example.com/' };

function scripts(): HTMLScriptElement[] {
  return vi.mocked(document.head.append).mock.calls.map(([element]) => element as HTMLScriptElement);
}

afterEach(() => {
  delete (window as { Handoff?: unknown }).Handoff;
  vi.restoreAllMocks();
});

test('a script that does not come is tried again by the next call', async () => {
  vi.spyOn(document.head, 'append').mockImplementation(() => undefined);
  const first = load(options);
  scripts()[0]?.onerror?.(new Event('error'));
  await expect(first).rejects.toThrow('could not be loaded');
  const second = load(options);
  (window as { Handoff?: unknown }).Handoff = { version: '1', boot: () => Promise.resolve() };
  scripts()[1]?.onload?.(new Event('load'));
  await second;
});

test('one script for two calls, and both boot', async () => {
  vi.spyOn(document.head, 'append').mockImplementation(() => undefined);
  const boot = vi.fn(() => Promise.resolve());
  const [one, two] = [load({ ...options, baseUrl: 'https://other.example.com' }), load({ ...options, baseUrl: 'https://other.example.com' })];
  expect(scripts().map((element) => element.src)).toEqual(['https://other.example.com/widget.js']);
  (window as { Handoff?: unknown }).Handoff = { version: '1', boot };
  scripts()[0]?.onload?.(new Event('load'));
  await Promise.all([one, two]);
  expect(boot).toHaveBeenCalledTimes(2);
  expect(boot).toHaveBeenCalledWith({ key: 'pk_x', baseUrl: 'https://other.example.com' });
});
