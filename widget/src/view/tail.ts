// What stands below the last line while it lasts: the answer being written, the
// dots, the starters, and the cards of the team's module.
import { en as s } from '../strings/en';
import type { Block } from '../types';
import { renderBlocks } from '../tree';
import { chip } from './chips';
import { h, setChildren } from './dom';
import { heading, treeOptions } from './message';
import type { Actions, View } from './model';

const dotsAfter = 400;
const stillAfter = 8_000;

export function tail(actions: Actions): View {
  const turn = turnView(actions);
  const starters = startersView(actions);
  const views = [turn, failedView(), starters];
  const element = h('div', { class: 'tail' }, ...views.map((view) => view.element));
  return {
    element,
    update(model) {
      for (const view of views) view.update(model);
      if (model.care) model.team?.draw(model.care, model);
    },
  };
}

/** Three dots; with a label for who cannot see them. */
export function dots(label: string): HTMLElement {
  return h('span', { class: 'dots', role: label ? 'img' : undefined, 'aria-label': label || undefined }, h('i'), h('i'), h('i'));
}

function turnView(actions: Actions): View {
  const text = h('div', { class: 'text', dir: 'auto' });
  const still = h('span', { class: 'still', hidden: true }, s.stillWorking);
  const wait = h('div', {}, dots(s.thinking), still);
  const note = h('div', { class: 'note', hidden: true }, s.stopped);
  const element = h('div', { class: 'row bot first', 'data-role': 'draft', hidden: true }, heading(true, s.assistant, ''), wait, text, note);
  const options = treeOptions(actions);
  let shown: string[] = [];
  const write = (content: Block[]): void => {
    const wanted = content.map((block) => JSON.stringify(block));
    let same = 0;
    while (same < shown.length && shown[same] === wanted[same]) same++;
    // Only the paragraph that grows is rebuilt; a selection in those before it survives.
    while (text.childNodes.length > same) text.lastChild?.remove();
    for (const block of content.slice(same)) text.append(h('div', {}, ...renderBlocks([block], options)));
    shown = wanted;
  };
  return {
    element,
    update({ chat, now }) {
      const current = chat.state.turn;
      const waited = chat.isAwaiting(now) ? now - chat.awaitingAt : 0;
      const writing = current !== undefined && current.content.length > 0;
      const waiting = !writing && chat.busy(now) && waited >= dotsAfter;
      element.hidden = !writing && !waiting;
      wait.hidden = !waiting;
      text.hidden = !writing;
      still.hidden = waited < stillAfter;
      note.hidden = !current?.stopped;
      write(current?.content ?? []);
    },
  };
}

function startersView(actions: Actions): View {
  const element = h('div', { class: 'chips', hidden: true });
  let made = '';
  return {
    element,
    update({ chat, config }) {
      const list = (config.starters ?? []).slice(0, 4);
      const { conversation, messages } = chat.state;
      element.hidden = list.length === 0 || messages.length > 0 || chat.outbox.items.length > 0 || (conversation !== undefined && chat.follower.loading);
      if (made === list.join('\n')) return;
      made = list.join('\n');
      setChildren(element, list.map((text) => chip(text, 'chip', () => actions.send(text))));
    },
  };
}

// What the server says of a failure stands in the log; of silence nobody says anything.
function failedView(): View {
  const element = h('div', { class: 'system', hidden: true }, h('div', {}, s.botFailed));
  return { element, update: ({ chat, now }) => { element.hidden = chat.awaitingAt === 0 || !chat.unanswered(now); } };
}
