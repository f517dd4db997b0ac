// The buttons: each does one thing, and is found by its hook.
import { h, type Attributes, type Child } from './dom';
import { icon, type IconName } from './icons';

/** A button of a look (its class). An attribute that is given wins over the usual one. */
export function button(look: string, hook: string | undefined, act: (() => unknown) | undefined, attributes: Attributes, ...children: Child[]): HTMLButtonElement {
  return h('button', { type: 'button', class: look, 'data-handoff': hook, ...attributes, on: act && { click: act } }, ...children);
}

/** A button with an icon, which says its name. */
export function tool(hook: string, name: string, shape: IconName, act?: () => unknown, attributes: Attributes = {}): HTMLButtonElement {
  return button('tool', hook, act, { 'aria-label': name, title: name, ...attributes }, icon(shape));
}

/** The attributes of a button that opens a menu. */
export const opensMenu = { 'aria-haspopup': 'menu', 'aria-expanded': 'false' };
