// @vitest-environment node
import { expect, test } from 'vitest';
import type { Options } from '../../../src/core';
import { current, load, type BootOptions } from '../src/index';

// The types of the package are the widget's own.
const same: (given: BootOptions) => Options = (given) => given;

test('a server can import it, and is told that it cannot load', async () => {
  expect(typeof window).toBe('undefined');
  expect(current()).toBeUndefined();
  expect(same({ key: 'pk_x' }).key).toBe('pk_x');
  await expect(load({ key: 'pk_x', baseUrl: 'https://chat.example.com' })).rejects.toThrow('in a browser only');
});
