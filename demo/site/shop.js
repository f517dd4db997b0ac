// A question of the page goes into the chat; the visitor sends it.
document.addEventListener('click', ({ target }) => {
  const ask = target.closest('.asks button');
  if (ask) window.Handoff?.open({ draft: ask.textContent });
});
