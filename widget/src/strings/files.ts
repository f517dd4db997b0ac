// The English words that come with files.

export const files = {
  fileRefused: '{0} can\'t be sent. Allowed: images (PNG, JPEG, WebP, GIF), PDF, text, up to {1} MB.',
  fileMany: '{0} was left out: a message takes up to {1} files.',
  fileRemove: 'Remove {0}',
  fileGone: 'No longer there.',
  openPicture: 'Open picture {0}',
  closePicture: 'Close picture',
};
