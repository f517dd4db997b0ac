// Tells the site what happened, without the words: ids and senders only.
import { fresh, type ChatState } from './store';

type Emit = (name: string, detail?: unknown) => unknown;

/** Publishes the difference between two states of one conversation; the words only where the site asked for them. */
export function publishAdvance(before: ChatState, after: ChatState, emit: Emit, words: boolean | undefined): void {
  for (const { id, seq, from, text } of fresh(before, after)) {
    if (from.role !== 'visitor' && text !== '') emit('message:received', { id, seq, from: from.role, ...(words && { text }) });
  }
  if (after.typing && after.typing !== before.typing) emit('typing');
  if (before.stateSeq === after.stateSeq) return;
  const name = transition(before, after);
  if (name) emit(name, detail(after));
}

function transition(before: ChatState, after: ChatState): string | undefined {
  const from = before.phase;
  const to = after.phase;
  if (to === 'agent') {
    if (from !== 'agent') return 'conversation:claimed';
    return before.agent?.name === after.agent?.name ? undefined : 'conversation:transferred';
  }
  if (to === from) return undefined;
  if (to === 'waiting') return from === 'agent' ? 'conversation:released' : 'escalation:waiting';
  if (to === 'offline') return 'escalation:waiting';
  if (to === 'closed') return 'conversation:closed';
  return from === 'agent' ? 'conversation:handed-back' : undefined;
}

function detail(state: ChatState): Record<string, unknown> {
  if (state.phase === 'agent') return { agent: state.agent };
  if (state.phase === 'closed') return { reason: state.reason };
  return { phase: state.phase, reason: state.reason };
}
