// The conversation: keyed lines, at most a few hundred nodes, one redraw per
// frame. A line whose signature is unchanged keeps its node.
import { en as s } from '../strings/en';
import { say } from '../words';
import { lineOf, lines, type Line } from '../lines';
import { button } from './button';
import { h, setChildren, setText } from './dom';
import { icon } from './icons';
import { draw, signature } from './message';
import type { Actions, Model, View } from './model';
import { Scroller } from './scroll';
import { tail } from './tail';

const window_ = 160;
const step = 80;

interface Drawn { signature: string; node: HTMLElement }

export class Log implements View {
  readonly element: HTMLElement;
  readonly scroller: Scroller;
  readonly log = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': s.conversation, tabindex: 0, 'data-handoff': 'log' });
  private readonly older = h('div', { class: 'older', hidden: true }, s.earlier);
  private readonly skeleton = h('div', { class: 'skeleton', role: 'img', 'aria-label': s.loading, hidden: true }, h('i'), h('i'), h('i'));
  private readonly lines = h('div', { class: 'lines' });
  private readonly pillText = h('span');
  private readonly pill: HTMLElement;
  readonly tail: View;
  private drawn = new Map<string, Drawn>();
  private limit = window_;
  private conversation: string | undefined;
  private fresh = 0;
  /** Seq of the newest line of others when she was last at the end. */
  private mark = 0;
  private oldest = 0;
  /** Where she read before the page was loaded anew; 0 for at the end. */
  below = 0;
  private hadTurn = false;
  private redraw = (): void => undefined;

  constructor(private readonly actions: Actions) {
    this.tail = tail(actions);
    this.pill = h('div', { class: 'pill', 'data-handoff': 'pill', hidden: true },
      button('', undefined, () => this.toEnd(), {}, this.pillText, icon('down')));
    this.log.append(this.older, this.skeleton, this.lines, this.tail.element);
    this.element = h('div', { class: 'middle' }, this.log, this.pill);
    this.scroller = new Scroller(this.log, () => this.moved());
    // A picture that has arrived, a card or a composer that has grown leaves the end in sight.
    const sizes = new ResizeObserver(() => this.scroller.settle(this.latest()));
    for (const part of [this.log, this.lines, this.tail.element]) sizes.observe(part);
  }

  update(model: Model): void {
    this.redraw = () => this.update(model);
    const { state, follower } = model.chat;
    if (state.conversation?.id !== this.conversation) this.reset(state.conversation?.id);
    const all = this.withGreeting(lines(state, model.chat.outbox.items, { declined: model.chat.declined, votes: model.chat.votes, dayOf: (at) => new Date(at).toDateString() }), model);
    const prepended = this.oldest > 0 && state.first < this.oldest;
    this.oldest = state.first;
    const change = (): void => this.write(all, model);
    if (this.below && state.last) {
      this.scroller.following = false;
      this.mark = state.read;
      this.scroller.hold(change, this.below);
      this.below = 0;
    } else if (prepended && !this.scroller.following) this.scroller.hold(change);
    else change();
    this.skeleton.hidden = !(follower.loading && state.messages.length === 0);
    this.older.hidden = !(follower.loading && state.messages.length > 0);
    this.log.setAttribute('aria-busy', String(state.turn !== undefined && !state.turn.stopped));
    this.count(all);
    this.showPill();
  }

  /** Scrolls after everything is written. */
  settle(): void {
    this.scroller.settle(this.latest());
    if (this.scroller.following || this.scroller.atEnd()) this.actions.seen();
  }

  toEnd(): void {
    this.fresh = 0;
    this.scroller.end();
    this.showPill();
    this.actions.seen();
  }

  private reset(conversation: string | undefined): void {
    // A conversation that gets its id on the first message is the same one on screen.
    if (this.conversation !== undefined) {
      this.drawn.clear();
      this.scroller.following = true;
    }
    this.conversation = conversation;
    this.limit = window_;
    this.fresh = 0;
    this.mark = 0;
    this.oldest = 0;
  }

  private write(all: Line[], model: Model): void {
    const shown = all.slice(-this.limit);
    const opening = this.drawn.size === 0;
    const answered = this.hadTurn && model.chat.state.turn === undefined;
    this.hadTurn = model.chat.state.turn !== undefined;
    const next = new Map<string, Drawn>();
    for (const line of shown) {
      const known = this.drawn.get(line.key);
      const sign = signature(line);
      if (known?.signature === sign) {
        next.set(line.key, known);
        continue;
      }
      const node = draw(line, model, this.actions);
      const replaces = answered && line === shown[shown.length - 1];
      if (!known && !opening && !replaces) node.classList.add('in');
      next.set(line.key, { signature: sign, node });
    }
    this.drawn = next;
    setChildren(this.lines, [...next.values()].map((entry) => entry.node));
    this.tail.update(model);
  }

  private withGreeting(all: Line[], { chat, config }: Model): Line[] {
    if (chat.follower.loading || chat.follower.hasOlder()) return all;
    const text = config.greeting || say(s.greeting, config.title || s.title);
    const role = config.ai === false ? 'system' : 'bot';
    return [lineOf(chat.state, { seq: 0, id: 'greeting', at: '', from: { role }, text }, text), ...all];
  }

  // What arrived below while she read above.
  private count(all: Line[]): void {
    const others = all.map((line) => (line.kind === 'system' ? line.seq : line.kind === 'message' && line.message.from.role !== 'visitor' ? line.message.seq : 0));
    if (this.scroller.following) this.mark = Math.max(0, ...others);
    this.fresh = others.filter((seq) => seq > this.mark).length;
  }

  private showPill(): void {
    this.pill.hidden = this.fresh === 0;
    if (this.fresh > 0) setText(this.pillText, say(s.newMessages, this.fresh));
  }

  private latest(): HTMLElement | undefined {
    const draft = this.tail.element.querySelector<HTMLElement>('[data-role=draft]:not([hidden])');
    const last = this.lines.lastElementChild as HTMLElement | null;
    return draft ?? (last?.classList.contains('bot') || last?.classList.contains('agent') ? last : undefined);
  }

  private moved(): void {
    if (this.scroller.following || this.scroller.atEnd()) {
      if (this.fresh > 0) this.toEnd();
      else this.actions.seen();
    }
    if (this.log.scrollTop > 80) return;
    if (this.drawn.size >= this.limit) {
      this.limit += step;
      this.scroller.hold(this.redraw);
    } else this.actions.older();
  }
}
