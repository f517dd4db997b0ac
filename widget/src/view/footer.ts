// The quiet line under the composer: that an AI answers, and the site's privacy page.
import type { Core } from '../core';
import { en as s } from '../strings/en';
import { h } from './dom';

export function footer(core: Core): HTMLElement {
  const url = /^https?:\/\//i.test(core.config.privacy_url ?? '') ? core.config.privacy_url : undefined;
  const note = core.config.ai === false ? '' : s.aiNote;
  return h('footer', { class: 'foot' }, h('span', { class: 'ai' }, note, note !== '' && url !== undefined && ' · '),
    url !== undefined && h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, s.privacy));
}
