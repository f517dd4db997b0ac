// One question when the chat is over; it never stands in the way of the next chat.
import { button, h, s, setText } from '../kit';
import { drawing } from './entries';
import type { Card, Team } from '../team';

export function ratingForm(team: Team): Card {
  const inputs = s.rateScores.map((label, i) => h('input', { type: 'radio', name: 'score', value: i + 1, 'aria-label': `${i + 1}: ${label}` }));
  const labels = inputs.map((input, i) => h('label', { title: s.rateScores[i] }, input, h('b', { 'aria-hidden': 'true' }, String(i + 1)),
    h('em', { 'aria-hidden': 'true' }, i === 0 || i === inputs.length - 1 ? s.rateScores[i] : '')));
  const comment = h('textarea', { rows: 2, maxlength: 1000, dir: 'auto', placeholder: ' ' });
  const more = h('label', { hidden: true }, h('span', {}, s.rateComment, h('i', {}, ` (${s.optional})`)), comment);
  const problem = h('div', { class: 'error', role: 'alert', hidden: true }, s.actionFailed);
  const submit = h('button', { type: 'submit', class: 'primary', disabled: true }, h('span', {}, s.rateSend));
  const skip = button('quiet', undefined, () => team.skipRating(), {}, h('span', {}, s.notNow));
  const form = h('form', { class: 'card', novalidate: true },
    h('fieldset', {}, h('legend', {}, s.rateQuestion), h('div', { class: 'scores' }, ...labels)), more, problem, h('div', { class: 'actions' }, submit, skip));
  const thanks = h('p');
  const done = h('div', { class: 'card done' }, drawing('check'), thanks);
  const element = h('div', { 'data-handoff': 'rating', hidden: true }, form, done);

  const score = (): number => Number(inputs.find((input) => input.checked)?.value ?? 0);
  form.addEventListener('change', () => {
    submit.disabled = score() === 0;
    more.hidden = score() === 0;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    problem.hidden = true;
    team.requests.rate(score(), comment.value.trim()).catch(() => {
      problem.hidden = false;
      submit.disabled = false;
    });
  });
  return {
    element,
    update(care) {
      element.hidden = care.rating === 'none';
      form.hidden = care.rating !== 'form';
      done.hidden = care.rating !== 'thanks';
      setText(thanks, s.rateThanks);
      if (care.rating === 'none') reset();
    },
  };

  function reset(): void {
    if (score() === 0 && comment.value === '') return;
    form.reset();
    submit.disabled = true;
    more.hidden = true;
  }
}
