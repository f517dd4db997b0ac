// What stands in the menus: what is always possible, and the faces.
import type { Chat } from '../chat';
import { botAnswers, draw, humanLabel, icon, s } from '../kit';
import type { Team } from '../team';
import type { WidgetConfig } from '../types';

export const faces = '😀 😂 😊 😍 🤔 😕 😢 😡 👍 👎 👋 🙏 🎉 ❤️ 🔥 ✅'.split(' ');

const shapes = {
  download: 'M10 3.5v8.5m-3.7-3.2L10 12.5l3.7-3.7M4 16.2h12',
  end: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.6 7.6l4.8 4.8m0-4.8-4.8 4.8',
  bell: 'M5 13.2h10l-1.4-2V8.4a3.6 3.6 0 0 0-7.2 0v2.8zM8.6 15.8h2.8',
  history: 'M10 6.2V10l2.6 1.6M4 10a6 6 0 1 0 2-4.5L4 7.2M4 4v3.2h3.2',
  wide: 'M12 4h4v4M8 16H4v-4M16 4l-4.6 4.6M4 16l4.6-4.6',
  check: 'm4.5 10.5 3.7 3.7 7.3-8',
} as const;

export type Drawing = keyof typeof shapes | Parameters<typeof icon>[0];

export interface Entry { label: string; icon?: Drawing; hook?: string; act(): void }

export function drawing(name: Drawing): SVGSVGElement {
  return name in shapes ? draw(name, shapes[name as keyof typeof shapes]) : icon(name as Parameters<typeof icon>[0]);
}

/** The menu item is always there, unless the site asks for some answers first. */
function humanInMenu(chat: Chat, config: WidgetConfig): boolean {
  return !config.human_button?.strict || botAnswers(chat.state) >= (config.human_button.after_answers ?? 2);
}

export function entries(team: Team): Entry[] {
  const { window } = team;
  const { chat, storage, core } = window;
  const { phase, conversation } = chat.state;
  const list: Entry[] = [];
  const add = (label: string, icon: Drawing, hook: string, act: () => unknown): void => { list.push({ label, icon, hook, act }); };
  const over = phase === 'closed' || chat.ended;
  if (phase === 'bot' && !over && humanInMenu(chat, core.config)) add(humanLabel(core.config), 'person', 'human', () => team.human());
  if (phase === 'waiting') add(s.leaveEmail, 'mail', 'leave-email', () => team.askContact());
  if (over) add(s.newChat, 'plus', 'new-chat', () => window.newChat());
  if (conversation) {
    add(s.transcript, 'download', 'transcript', () => team.transcript());
    if (team.isMailed()) add(s.mailChat, 'mail', 'mail-chat', () => window.attempt(team.mailChat()));
    add(storage.load().muted ? s.unmute : s.mute, 'bell', 'mute', () => team.mute());
    if (core.config.devices && !chat.ended) add(s.otherDevice, 'link', 'other-device', () => window.attempt(team.otherDevice()));
    if (!over) add(s.endChat, 'end', 'end', () => window.attempt(team.requests.end()));
  }
  if (chat.visited()) add(s.earlierChats, 'history', 'history', () => team.earlierChats());
  if (chat.visited()) add(s.endAndClear, 'close', 'end-and-clear', () => window.attempt(team.endAndClear()));
  if (!window.isPhone()) add(team.wide ? s.narrower : s.wider, 'wide', 'wide', () => team.widen());
  return list;
}
