// What the panel lends to the modules that it fetches when they are used. The build
// leaves their imports of this file to the browser, which takes them from panel.js:
// one copy of everything, and one language spoken.
export { ApiError } from './api';
export { en as s } from './strings/en';
export { language, say } from './words';
export { h, setAttribute, setText } from './view/dom';
export { draw } from './view/draw';
export { icon } from './view/icons';
export { adopt } from './style/adopt';
