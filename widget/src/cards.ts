// The cards below the log: contact details, the code that proves an address, the
// rating. Few visitors meet one, so they are a file of their own.
import css from './style/cards.css';
import formCss from './style/form.css';
import { codeForm, contactForm } from './view/contact';
import type { Actions, View } from './view/model';
import { ratingForm } from './view/rating';
import { adopt } from './kit';

export { form } from './form';
export { card } from './view/field';

export function dress(place: Node): void {
  adopt(place, css + formCss);
}

/** Puts the cards and their style where `place` stands. */
export function cards(actions: Actions, place: HTMLElement): View {
  const views = [contactForm, codeForm, ratingForm].map((make) => make(actions));
  dress(place);
  place.append(...views.map((view) => view.element));
  return { element: place, update: (model) => views.forEach((view) => view.update(model)) };
}
