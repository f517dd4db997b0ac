// Icons are built as nodes: 20 by 20, drawn in the current colour.
const svg = 'http://www.w3.org/2000/svg';

export function draw(name: string, path: string): SVGSVGElement {
  const element = document.createElementNS(svg, 'svg');
  const shape = document.createElementNS(svg, 'path');
  shape.setAttribute('d', path);
  const attributes = {
    viewBox: '0 0 20 20', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.75', 'stroke-linecap': 'round',
    'stroke-linejoin': 'round', 'aria-hidden': 'true', class: 'icon icon-' + name,
  };
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(shape);
  return element;
}
