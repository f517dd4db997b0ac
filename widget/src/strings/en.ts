// What the widget says, in English; what it says less often is in team.ts, files.ts and devices.ts. {0} stands for a value; an object has a
// form for each plural category (CLDR) of its first value. Text that comes from
// the server is not here. The other files of this folder say the same; what one
// of them lacks is said in English.

import type { devices } from './devices';
import type { files } from './files';
import type { team } from './team';

/** Forms by plural category; with type ordinal they are those of 1st, 2nd, 3rd. */
export type Forms = { type?: 'ordinal'; zero?: string; one?: string; two?: string; few?: string; many?: string; other: string };

export const en = {
  title: 'Chat',
  openChat: 'Open chat',
  openUnread: { one: 'Open chat, {0} unread message', other: 'Open chat, {0} unread messages' } as Forms,
  closeChat: 'Close chat',
  dismiss: 'Dismiss',
  menu: 'Menu',
  emoji: 'Add an emoji',
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  someone: 'Support',
  aiTag: 'AI',
  aiAssistant: 'AI assistant',
  greeting: 'Hi, I\'m an AI assistant. Ask me anything about {0}, or ask for a person at any time.',
  today: 'Today',
  yesterday: 'Yesterday',
  said: '{0} says: {1}',
  more: 'message continues',
  at: '{0}, {1}',

  placeholder: 'Write a message',
  placeholderWaiting: 'You can keep typing',
  placeholderAgent: 'Message {0}',
  placeholderClosed: 'Still not solved? Write here to reopen',
  send: 'Send',
  stop: 'Stop',
  sending: 'Sending',
  sent: 'Sent',
  queued: 'Will send when you\'re back online',
  notSent: 'Not sent.',
  retry: 'Retry',
  delete: 'Delete',
  failedAlert: 'Your message was not sent. You can retry or delete it.',
  attach: 'Attach a file',
  limited: 'You\'re sending messages quickly. Try again in {0} s.',
  tooLong: { one: '{0} character too long. Shorten the message to send it.', other: '{0} characters too long. Shorten the message to send it.' } as Forms,
  left: { one: '{0} character left', other: '{0} characters left' } as Forms,

  thinking: 'The assistant is thinking',
  answering: 'The assistant is answering',
  stillWorking: 'Still working…',
  stopped: 'Stopped',
  botFailed: 'I couldn\'t finish that answer.',
  tryAgain: 'Try again',
  helpful: 'Helpful',
  notHelpful: 'Not helpful',
  voted: 'Thank you.',
  edited: 'Edited',
  removed: 'Message removed',
  sources: 'Sources',
  copy: 'Copy',
  copied: 'Copied',
  newMessages: { one: '{0} new message', other: '{0} new messages' } as Forms,
  earlier: 'Loading earlier messages…',
  loading: 'Loading the conversation',

  talkToPerson: 'Talk to a person',
  leaveMessage: 'Leave a message',
  keepTrying: 'Keep trying',
  requested: 'Asking the team…',
  leaveEmail: 'Leave your email instead',
  cancel: 'Cancel',
  away: 'The team is away',
  offline: 'You\'re offline. Messages will send when you reconnect.',
  reconnecting: 'Reconnecting…',
  unavailable: 'Chat is unavailable right now. We\'ll keep trying.',
  actionFailed: 'That didn\'t work. Please try again.',

  blocked: 'You can\'t write here for now. What was said stays readable.',

  chatClosed: 'Chat closed',
  newChat: 'Start a new chat',
  ended: 'This chat has ended. Start a new one; what you wrote is kept.',

  aiNote: 'AI can make mistakes.',
  privacy: 'Privacy',
};

export type Strings = typeof en & typeof team & typeof files & typeof devices;
