// The cards below the log: contact details, the code that proves an address, the
// rating. Few visitors meet one, so they are a file of their own.
import css from './style/cards.css';
import type { Strings } from './strings/en';
import { codeForm, contactForm } from './view/contact';
import type { Actions, View } from './view/model';
import { ratingForm } from './view/rating';
import { adopt } from './words';

/** Puts the cards and their style where `place` stands. */
export function cards(actions: Actions, s: Strings, place: HTMLElement, language: string): View {
  adopt(language);
  const views = [contactForm, codeForm, ratingForm].map((make) => make(actions, s));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const root = place.getRootNode() as ShadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  place.append(...views.map((view) => view.element));
  return { element: place, update: (model) => views.forEach((view) => view.update(model)) };
}
