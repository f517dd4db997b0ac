// What is used once a person is asked for, and what few visits need at all: the
// way to the team and what she is told meanwhile, the cards below the log, the
// menus, files to attach, and what reaches her while she does not look. A file of
// its own, fetched when the panel has been opened and has nothing else to do.
import previewCss from './style/preview.css';
import css from './style/team.css';
import { Attention } from './attention';
import { askOf, contactCard, fields, known, type ContactCard, type Fields, type Known } from './contact';
import type { FormSchema } from './core';
import { form } from './form';
import { adopt, bring, language, learn, s, say, sentence, unreadCount } from './kit';
import { Requests } from './requests';
import { ring } from './sound';
import { team as words } from './strings/team';
import { download } from './transcript';
import type { ContactFields } from './types';
import { Attach } from './view/attach';
import { codeForm, contactForm } from './view/contact';
import { entries, faces, type Entry } from './view/entries';
import { lateLine } from './view/late';
import { menu, type Menu } from './view/menu';
import type { Model } from './view/model';
import { Place } from './view/place';
import { ratingForm } from './view/rating';
import { typingLine } from './view/typing';
import { dueAt, Heard, place, queueWords } from './waiting';
import type { Window } from './window';

export { card } from './view/field';

/** What this module knows of the moment. */
export interface Care {
  contact: ContactCard;
  fields: Fields;
  /** The address given in this browser; '' for none. */
  email: string;
  rating: 'none' | 'form' | 'thanks';
  /** She has waited longer than is usual. */
  late: boolean;
  /** Where she stands in line, and the same with the usual wait. */
  place: string;
  wait: string;
}

/** A card below the log. */
export interface Card { element: HTMLElement; update(care: Care, model: Model): void }

export class Team {
  readonly requests: Requests;
  readonly attach: Attach;
  readonly place: Place;
  wide = false;
  private readonly attention: Attention;
  private readonly cards: Card[];
  private readonly menus: { main: Menu; emoji: Menu };
  /** She asked for the contact form herself. */
  pressed = false;
  private aside = -1;
  private readonly heard: Heard;

  constructor(readonly window: Window) {
    const { core, chat, storage, header, composer, log } = window;
    learn(words);
    adopt(core.container, css + previewCss);
    this.heard = new Heard((text) => window.announcer.say(text));
    this.requests = new Requests(chat, storage);
    this.attach = new Attach(window);
    this.attention = new Attention(core, () => window.open(undefined, true));
    this.place = new Place(log.tail.element, () => composer.focus());
    this.menus = { main: menu(header.button, header.element, s.menu), emoji: menu(composer.smile, composer.field, s.emoji) };
    this.cards = [typingLine(), lateLine(), contactForm(this), codeForm(this), ratingForm(this)];
    log.tail.element.append(...this.cards.map((one) => one.element));
  }

  care(now: number): Care {
    const { chat, core, storage } = this.window;
    const { state, ended } = chat;
    const { contact } = storage.load();
    const [k, late] = [this.known(), this.requests.late(now)];
    const wish = { pressed: this.pressed, late, aside: this.aside, ended };
    return {
      late, contact: contactCard(state, k, wish, core.config, now), fields: fields(state, k, this.pressed, chat.outbox.items.length > 0),
      email: contact && contact.conversation === state.conversation?.id ? contact.email : '', rating: this.rating(),
      place: place(state), wait: queueWords(state, late),
    };
  }

  draw(care: Care, model: Model): void {
    for (const one of this.cards) one.update(care, model);
  }

  /** In how many ms what is shown changes by the clock alone; 0 for not. */
  next(now: number): number {
    return Math.max(0, dueAt(this.window.chat.state, now) - now);
  }

  /** Says what has changed about the wait. */
  speak(): void {
    const { chat, frame } = this.window;
    if (chat.state.phase !== 'waiting' || !chat.state.queue) return;
    const late = this.known().email ? s.lateKnown : s.late;
    const wait = this.heard.tell(this.requests.late(Date.now()) ? late : queueWords(chat.state, false), Date.now());
    if (wait > 0) frame.askIn(wait);
  }

  /**
   * What had the keyboard was drawn anew, or went with what it did: its like has it now,
   * or the composer. On a phone that would bring up the keys, so there it is the log.
   */
  holdOn(held: HTMLElement | null): void {
    const { core, shell, composer, log } = this.window;
    const now = core.root.activeElement;
    if (!held || (now && now !== held) || (held.isConnected && !held.closest('[hidden]'))) return;
    const line = held.closest<HTMLElement>('[data-seq]');
    const alike = `${line ? `[data-seq="${line.dataset['seq']}"] ` : ''}[data-handoff="${held.dataset['handoff']}"]:enabled`;
    [...shell.dialog.querySelectorAll<HTMLElement>(alike), ...(shell.isPhone() ? [] : [composer.area]), log.log]
      .find((one) => one.getClientRects().length > 0)?.focus({ preventScroll: true });
  }

  attend(): void {
    const { state } = this.window.chat;
    this.attention.update(state, unreadCount(state), this.window.isOpen());
  }

  ring(): void {
    ring();
  }

  /** Closes a menu that is open, and says whether one was. */
  dismiss(): boolean {
    return this.menus.main.dismiss() || this.menus.emoji.dismiss();
  }

  /** Nothing of this visitor stays. */
  clear(): void {
    this.place.clear();
    this.forget();
  }

  forget(): void {
    [this.pressed, this.aside] = [false, -1];
  }

  stop(): void {
    this.attention.stop();
  }

  menu(): void {
    this.menus.main.toggle(() => entries(this));
  }

  emoji(): void {
    const { composer } = this.window;
    const { area } = composer;
    this.menus.emoji.toggle(() => faces.map((label) => ({ label, act: () => {
      area.setRangeText(label, area.selectionStart, area.selectionEnd, 'end');
      composer.changed();
      composer.focus();
    } })));
  }

  async human(): Promise<void> {
    const { core, composer, log } = this.window;
    if (core.config.leave_message) this.pressed = true;
    log.scroller.following = true;
    await this.window.attempt(this.escalate());
    if (!this.pressed && !this.place.isTaken() && !this.menus.main.isOpen()) composer.focus(); // she may have gone on meanwhile
  }

  /**
   * Asks for a person. A listener of the site may take it over; otherwise the
   * site's form comes first, if it has one. Resolves when the server has agreed, or
   * somebody has put it aside.
   */
  escalate(reason?: string, fields?: Record<string, string>): Promise<void> {
    const { chat, core } = this.window;
    if (!['bot', 'closed'].includes(chat.state.phase)) return Promise.resolve();
    const { form } = core.options.escalation ?? {};
    return new Promise((resolve, reject) => {
      let [open, taken] = [true, false];
      const once = (act: () => void): void => {
        if (open) act();
        open = false;
      };
      const ask = (given?: Record<string, string>): Promise<void> => this.requests.escalate(reason, given);
      const proceed = (given = fields): void => once(() => void ask(given).then(resolve, reject));
      const detail = { reason, preventDefault: () => { taken = true; }, proceed, abort: () => once(resolve) };
      const go = (): void => {
        if (typeof form === 'object' && !fields) this.ask(form, (given) => ask(given).then(() => once(resolve)), detail.abort);
        else proceed();
      };
      const said = core.emit('escalation:requested', detail);
      if (said === true && !taken) go();
      else if (said) void Promise.resolve(said).then((free) => { if (free && !taken) go(); });
    });
  }

  private ask(schema: FormSchema, send: (fields: Record<string, string>) => Promise<void>, aside: () => void): void {
    this.window.open(undefined, false);
    this.place.show(form(schema, (given) => this.told(send(given)).then(this.place.leave), () => { this.place.leave(); aside(); }));
  }

  /** The link to another device. */
  async otherDevice(): Promise<void> {
    const [{ link }, made] = await Promise.all([bring<typeof import('./devices')>('./devices.js'), this.requests.link()]);
    this.place.show(link(made, this));
  }

  /** Asks whether everything is to go. */
  async endAndClear(): Promise<void> {
    const { ending } = await bring<typeof import('./devices')>('./devices.js');
    this.place.show(ending(() => this.told(this.requests.clear()).then(() => {
      this.window.forget();
      this.window.composer.focus();
    }), this));
  }

  askContact(): void {
    this.pressed = true;
    this.follow();
  }

  async contact(given: ContactFields): Promise<void> {
    await this.told(this.requests.contact(given));
    this.pressed = false;
    this.follow();
  }

  setAside(): void {
    this.aside = askOf(this.window.chat.state, this.known(), this.requests.late(Date.now()));
    this.pressed = false;
    this.window.composer.focus();
    this.window.frame.ask();
  }

  skipRating(): void {
    this.window.storage.save({ unrated: this.window.chat.state.conversation?.id });
    this.window.frame.ask();
  }

  cancelWaiting(): void {
    void this.window.attempt(this.requests.cancelEscalation());
  }

  transcript(): void {
    void this.window.attempt(this.requests.transcript().then(download));
  }

  /** Mails go out, and she has confirmed an address for them. */
  isMailed(): boolean {
    return this.window.core.config.mail === true && this.known().verified;
  }

  async mailChat(): Promise<void> {
    const { to } = await this.requests.mailChat();
    this.window.tell(say(s.mailed, to));
  }

  mute(): void {
    const { storage } = this.window;
    storage.save({ muted: !storage.load().muted || undefined });
  }

  widen(): void {
    this.wide = !this.wide;
    this.window.core.container.toggleAttribute('data-wide', this.wide);
    this.window.frame.ask();
  }

  /** Shows her other chats as a menu; none is said in the notice. */
  async earlierChats(): Promise<void> {
    const others = await this.requests.earlier().catch(() => undefined);
    if (!others?.length) this.window.tell(others ? s.noEarlier : s.actionFailed);
    this.menus.main.show((others ?? []).slice(0, 8).map((ref): Entry => ({
      label: [new Date(ref.updated_at ?? '').toLocaleDateString(language, { day: 'numeric', month: 'long' }), ref.reference].join(' · '), icon: 'history', hook: 'chat',
      act: () => {
        this.window.log.scroller.following = true;
        void this.requests.goTo(ref);
      },
    })));
  }

  /** Rejects with words for her. */
  async told(action: Promise<void>): Promise<void> {
    await action.catch((error: unknown) => { throw new Error(sentence(error)); });
  }

  private follow(): void {
    this.window.log.scroller.following = true;
    this.window.frame.ask();
  }

  private known(): Known {
    return known(this.window.chat.state, this.window.chat.follower.history);
  }

  private rating(): Care['rating'] {
    const { phase, rated, conversation, messages, reason } = this.window.chat.state;
    if (phase !== 'closed' || reason === 'blocked') return 'none';
    if (rated > 0) return 'thanks';
    const answered = messages.some((message) => message.from.role === 'agent' || message.from.role === 'bot');
    return answered && this.window.storage.load().unrated !== conversation?.id ? 'form' : 'none';
  }
}
