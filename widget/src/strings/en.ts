// Everything the widget says in English. Text that comes from the server is not here.

const plural = new Intl.PluralRules('en');
const ordinal = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

function count(n: number, one: string, other: string): string {
  return `${n} ${plural.select(n) === 'one' ? one : other}`;
}

function nth(n: number): string {
  return `${n}${endings[ordinal.select(n)] ?? 'th'}`;
}

export const en = {
  title: 'Chat',
  openChat: 'Open chat',
  openUnread: (n: number) => `Open chat, ${count(n, 'unread message', 'unread messages')}`,
  closeChat: 'Close chat',
  menu: 'Menu',
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  someone: 'Support',
  aiTag: 'AI',
  aiAssistant: 'AI assistant',
  greeting: (title: string) => `Hi, I'm an AI assistant. Ask me anything about ${title}, or ask for a person at any time.`,
  today: 'Today',
  yesterday: 'Yesterday',
  said: (name: string, text: string) => `${name} says: ${text}`,
  more: 'message continues',
  at: (name: string, time: string) => `${name}, ${time}`,

  placeholder: 'Write a message',
  placeholderWaiting: 'You can keep typing',
  placeholderAgent: (name: string) => `Message ${name}`,
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
  limited: (seconds: number) => `You\'re sending messages quickly. Try again in ${seconds} s.`,
  tooLong: (over: number) => `${count(over, 'character', 'characters')} too long. Shorten the message to send it.`,
  left: (n: number) => `${count(n, 'character', 'characters')} left`,

  thinking: 'The assistant is thinking',
  answering: 'The assistant is answering',
  stillWorking: 'Still working…',
  typing: (name: string) => `${name} is typing`,
  stopped: 'Stopped',
  edited: 'Edited',
  removed: 'Message removed',
  sources: 'Sources',
  copy: 'Copy',
  copied: 'Copied',
  newMessages: (n: number) => count(n, 'new message', 'new messages'),
  earlier: 'Loading earlier messages…',
  loading: 'Loading the conversation',

  talkToPerson: 'Talk to a person',
  leaveMessage: 'Leave a message',
  keepTrying: 'Keep trying',
  requested: 'Asking the team…',
  waiting: 'Waiting for a person',
  position: (n: number) => `${nth(n)} in line`,
  usually: (low: number, high: number) => (low === high ? `usually ${high} min` : `usually ${low}–${high} min`),
  passed: 'Someone who has waited longer has joined the line',
  late: 'This is taking longer than usual. Leave an email and we\'ll reply there, or keep waiting.',
  lateKnown: 'This is taking longer than usual. Keep waiting, or close this: we have your address.',
  leaveEmail: 'Leave your email instead',
  cancel: 'Cancel',
  away: 'The team is away',
  awayUntil: (when: string) => `The team is back ${when} (your time).`,
  offline: 'You\'re offline. Messages will send when you reconnect.',
  reconnecting: 'Reconnecting…',
  unavailable: 'Chat is unavailable right now. We\'ll keep trying.',
  actionFailed: 'That didn\'t work. Please try again.',

  blocked: 'You can\'t write here for now. What was said stays readable.',
  contactTitle: 'Where can we reach you?',
  contactIntro: 'Leave an email and we\'ll answer there.',
  contactCall: 'Leave a number and we\'ll call you back, or an email and we\'ll answer there.',
  name: 'Name',
  phone: 'Phone',
  email: 'Email',
  message: 'Message',
  optional: 'optional',
  contactSend: 'Send',
  notNow: 'Not now',
  contactBadEmail: 'Enter an email address like name@example.com.',
  contactNoMessage: 'Write what you\'d like to ask.',
  contactNone: 'Enter an email address or a phone number.',
  contactBadPhone: 'Enter a phone number like +49 30 123456.',
  codeTitle: 'Confirm your email',
  codeIntro: (email: string) => `We sent a code to ${email || 'your address'}. Type it here to get our answers there in full.`,
  code: 'Code',
  codeSend: 'Confirm',
  codeBad: 'Type the six digits from the mail.',
  codeAgain: 'Change address',

  chatClosed: 'Chat closed',
  rateQuestion: 'How was this chat?',
  rateScores: ['Very poor', 'Poor', 'Okay', 'Good', 'Very good'],
  rateComment: 'Anything to add?',
  rateSend: 'Send rating',
  rateThanks: 'Thank you for the rating.',
  newChat: 'Start a new chat',
  ended: 'This chat has ended. Start a new one; what you wrote is kept.',
  endChat: 'End this chat',
  transcript: 'Download transcript',

  aiNote: 'AI can make mistakes.',
  privacy: 'Privacy',
};

export type Strings = typeof en;
