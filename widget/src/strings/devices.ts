// The English words of the cards about her other devices.
import type { Forms } from './en';

export const devices = {
  linkOnce: { one: 'Open this link there. It works once, for {0} minute.', other: 'Open this link there. It works once, for {0} minutes.' } as Forms,
  linkOver: 'This link is over. The menu has a new one.',
  clearAsk: 'The chat ends and leaves all your devices. The team keeps what was said.',
};
