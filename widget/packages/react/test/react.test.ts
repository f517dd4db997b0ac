import { act, createElement, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Handoff, useHandoff, type HandoffProps } from '../src/index';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const fake = {
  version: '1', unread: 0,
  boot: vi.fn(() => Promise.resolve()), update: vi.fn(), show: vi.fn(), hide: vi.fn(), close: vi.fn(), open: vi.fn(),
  isOpen: () => false,
  state: () => ({ status: 'online', unread: fake.unread, conversation: { phase: 'bot' } }),
};
let root: Root;
let place: HTMLElement;

beforeEach(() => {
  (window as { Handoff?: unknown }).Handoff = fake;
  vi.clearAllMocks();
  fake.unread = 0;
  place = document.createElement('div');
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  delete (window as { Handoff?: unknown }).Handoff;
});

const base = { widgetKey: 'pk_x', baseUrl: 'https://chat.example.com' };
const booted = { key: 'pk_x', baseUrl: 'https://chat.example.com' };

async function render(props: Partial<HandoffProps> = {}): Promise<void> {
  await act(async () => root.render(createElement(StrictMode, null, createElement(Handoff, { ...base, ...props }), createElement(Count))));
  await act(async () => { await new Promise((resolve) => setTimeout(resolve, 5)); });
}

function Count(): ReturnType<typeof createElement> {
  const { unread, open } = useHandoff();
  return createElement('button', { onClick: () => open({ draft: 'hi' }) }, String(unread));
}

test('a strict mode mounts it twice and shows it once', async () => {
  await render();
  for (const [options] of fake.boot.mock.calls as unknown as [object][]) expect(options).toEqual(booted);
  expect(fake.hide).not.toHaveBeenCalled();
});

test('a live option updates, another one starts again', async () => {
  await render();
  fake.boot.mockClear();
  await render({ theme: 'dark' });
  expect(fake.update).toHaveBeenCalledExactlyOnceWith({ theme: 'dark' });
  expect(fake.boot).not.toHaveBeenCalled();
  await render({ theme: 'dark', persistence: 'tab' });
  expect(fake.boot).toHaveBeenCalledWith({ ...booted, theme: 'dark', persistence: 'tab' });
});

test('it stands in an element of React\'s own, and in another one later', async () => {
  const refs: (HTMLElement | null)[] = [];
  const inner = createRoot(document.createElement('div'));
  await act(async () => inner.render([0, 1].map((i) => createElement('div', { key: i, ref: (e: HTMLElement | null) => { refs[i] = e; } }))));
  const [one, two] = refs as [HTMLElement, HTMLElement];
  expect(() => JSON.stringify(one)).toThrow();
  await render({ container: one });
  expect(fake.boot).toHaveBeenLastCalledWith({ ...booted, container: one });
  fake.boot.mockClear();
  await render({ container: one });
  expect(fake.boot).not.toHaveBeenCalled();
  await render({ container: two });
  expect(fake.boot).toHaveBeenLastCalledWith({ ...booted, container: two });
  await act(async () => inner.unmount());
});

test('the hook follows the events, and its calls reach the widget', async () => {
  const heard = vi.fn();
  await render({ events: { unread: heard } });
  fake.unread = 3;
  await act(async () => { window.dispatchEvent(new CustomEvent('handoff:unread', { detail: { count: 3 } })); });
  expect(place.textContent).toBe('3');
  expect(heard).toHaveBeenCalledExactlyOnceWith({ count: 3 });
  await act(async () => place.querySelector('button')?.click());
  expect(fake.open).toHaveBeenCalledWith({ draft: 'hi' });
});

test('unmounting hides it and logs nobody out', async () => {
  await render();
  await act(async () => root.render(null));
  await vi.waitFor(() => expect(fake.hide).toHaveBeenCalledOnce());
  expect(fake.close).toHaveBeenCalledOnce();
});

test('it renders on a server', () => {
  expect(renderToString(createElement('p', null, createElement(Handoff, base), createElement(Count)))).toBe('<p><button>0</button></p>');
});
