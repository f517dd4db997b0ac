// The panel's icons. The loader draws its own two.
import { draw } from './draw';

const shapes = {
  down: 'm4.5 7.5 5.5 5.5 5.5-5.5',
  close: 'm5 5 10 10M15 5 5 15',
  menu: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  send: 'M10 16.2V4M4.8 9.2 10 4l5.2 5.2',
  person: 'M10 9.4a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.6c.5-2.9 3-4.6 6-4.6s5.5 1.7 6 4.6',
  plus: 'M10 4v12M4 10h12',
  mail: 'M3 5.2h14v9.6H3zM3.4 5.8 10 11l6.6-5.2',
  link: 'M8.3 11.7a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3L10 5.7M11.7 8.3a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l.9-.9',
  spark: 'M10 3.2c.5 3.8 2.9 6.2 6.8 6.8-3.9.6-6.3 3-6.8 6.8-.5-3.8-2.9-6.2-6.8-6.8 3.9-.6 6.3-3 6.8-6.8Z',
  again: 'M15.8 8.2A6.2 6.2 0 1 0 16 12M16 4.2v4h-4',
  smile: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.4 8.2h.01M12.6 8.2h.01M7.2 11.8c1.6 2 4 2 5.6 0',
  up: 'M6.5 9 9.4 3.6c1.2 0 1.8.9 1.6 2l-.5 2.6h4.2c.9 0 1.5.8 1.3 1.6l-1 4.6c-.2.8-.8 1.2-1.5 1.2h-7zM6.5 9H4v6.6h2.5',
  clip: 'm15.5 9.4-5.6 5.6a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.2 3.2l-5.7 5.7a1.1 1.1 0 0 1-1.6-1.6l5-5',
  stop: 'M6.5 6.5h7v7h-7Z',
} as const;

export type IconName = keyof typeof shapes;

export function icon(name: IconName): SVGSVGElement {
  return draw(name, shapes[name]);
}
