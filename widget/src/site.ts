// What the site tells of the visitor: attributes, the page she looks at, and what
// she did there. The team sees it as unverified.
import type { Api } from './api';
import type { Options } from './core';
import { pageInfo, type Page } from './environment';
import type { Follower } from './follow';
import type { Attributes } from './types';

export class Site {
  context: Attributes = {};
  private page: Page | undefined;
  private tracked: { name: string; props: Attributes }[] = [];

  constructor(
    private readonly api: Api,
    private readonly follower: Follower,
    private readonly options: Options,
    private readonly refused: (error: unknown) => void,
  ) {}

  /** What a new conversation opens with. */
  begin(): { page: Page; context: Attributes } {
    this.page = pageInfo(this.options.pageContext);
    return { page: this.page, context: this.context };
  }

  /** Adds to what the site says of her; a conversation that stands hears of it at once. */
  setContext(attributes: Attributes): void {
    this.context = { ...this.context, ...attributes };
    if (this.follower.state.conversation) this.change({ context: attributes });
  }

  /** She looks at another page of the site now. */
  moved(): void {
    const page = pageInfo(this.options.pageContext);
    const { conversation, phase } = this.follower.state;
    if (!conversation || phase === 'closed' || page.url === (this.page?.url ?? '')) return;
    this.page = page;
    this.change({ page });
  }

  /** Tells the server what she did on the site, once she has a session; of what came before the last twenty. */
  track(name: string, props: Attributes): void {
    this.tracked = [...this.tracked, { name: String(name), props }].slice(-20);
    this.deliverTracked();
  }

  deliverTracked(): void {
    if (!this.api.hasSession()) return;
    for (const event of this.tracked.splice(0)) this.api.post('/v1/events', event).catch(this.refused);
  }

  private change(body: { page?: Page; context?: Attributes }): void {
    this.api.patch(this.follower.path, body).catch(this.refused);
  }
}
