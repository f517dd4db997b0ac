// What the panel lends to the modules that it fetches when they are used. The build
// leaves their imports of this file to the browser, which takes them from panel.js:
// one copy of everything, and one language spoken.
import { en, type Strings } from './strings/en';

export { refused, sentence } from './api';
export { bring } from './bring';
export { amendmentOf, botAnswers, isRemoved, unreadCount, wordsOf } from './store';
export { adopt } from './style/adopt';
export { button, tool } from './view/button';
export { humanLabel } from './view/chips';
export { h, setAttribute, setText } from './view/dom';
export { draw } from './view/draw';
export { icon } from './view/icons';
export { dots } from './view/tail';
export { language, learn, say } from './words';

/** All words: those of a module are there when it has called learn. */
export const s = en as Strings;
