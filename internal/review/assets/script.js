// The page works without this script. It adds keys, the selection of ranges, decisions without a new page, and cards
// that are loaded when they are scrolled to.
'use strict';
(() => {
  const html = window.trustedTypes ? trustedTypes.createPolicy('sweepd', { createHTML: text => text }) : { createHTML: text => text };
  const find = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const list = find('#list'), cards = find('#cards');
  const perChunk = 60; // as cardsAtOnce of the server

  // The single keys can be switched off (WCAG 2.1.4).
  const keysOn = () => localStorage.getItem('keys') !== 'off';

  // Large view and short pages: a key presses the button or follows the link.
  const press = key => {
    const links = { ArrowLeft: '#previous', ArrowRight: '#next', Escape: '#back' };
    const target = links[key] ? find(links[key]) : find(`[data-keys] [data-key="${CSS.escape(key)}"]`);
    if (target) target.click();
    return Boolean(target);
  };
  const typing = e => e.target.closest('input:not([type=checkbox]), select, textarea, dialog') || e.ctrlKey || e.metaKey || e.altKey;

  if (!list) {
    document.addEventListener('keydown', e => {
      if (!typing(e) && keysOn() && press(e.key)) e.preventDefault();
    });
    return;
  }

  const live = 'live' in list.dataset;
  let ids = all('.card', cards).map(c => c.dataset.id); // of the whole list, in its order
  const chosen = new Set();
  let current = 0, anchor = 0;
  const chunks = [...cards.children]; // of cards, or empty and as high as theirs

  const card = i => ids[i] === undefined ? null : document.getElementById('c-' + ids[i]) || find(`[data-id="${CSS.escape(ids[i])}"]`, cards);
  const indexOf = c => ids.indexOf(c.dataset.id);
  // The grid, which is the same in all chunks. To ask for it makes the browser compute it.
  const grid = () => {
    const style = getComputedStyle(chunks[0]);
    return { columns: style.gridTemplateColumns.split(' ').length, gap: parseFloat(style.rowGap), row: parseFloat(style.gridAutoRows) };
  };
  const columns = () => grid().columns;

  // Only the current card is in the order of Tab, with its controls.
  const settle = within => {
    for (const c of all('.card', within)) {
      const here = c.dataset.id === ids[current];
      find('input', c).checked = chosen.has(c.dataset.id);
      if (c.inOrder === here) continue;
      c.inOrder = here;
      c.tabIndex = here ? 0 : -1;
      for (const control of all('a, button, input', c)) control.tabIndex = here ? 0 : -1;
    }
  };

  // Chunks: those near the window have cards, the others have the height of theirs.
  const loading = new Map();
  const sizeOf = n => Math.min(perChunk, ids.length - n * perChunk);
  let shape = null; // of the grid, for the width that the list has
  const reserve = n => {
    shape ??= grid();
    const rows = Math.ceil(sizeOf(n) / shape.columns);
    chunks[n].style.height = rows * shape.row + (rows - 1) * shape.gap + 'px';
  };
  // A few cards a frame, so that the page never blocks for long.
  const perFrame = 12;
  const frame = () => new Promise(done => { requestAnimationFrame(done); setTimeout(done, 100); }); // no frames if hidden
  const fill = async (n, text) => {
    const holder = document.createElement('template');
    holder.innerHTML = html.createHTML(text);
    settle(holder.content);
    const items = [...holder.content.children];
    while (items.length) {
      chunks[n].append(...items.splice(0, perFrame));
      if (items.length) await frame();
    }
    settle(chunks[n]);
    if (n > 0 && chunks[n].near === false && n !== Math.floor(current / perChunk)) chunks[n].replaceChildren(); // passed by
  };
  const load = n => {
    if (n < 0 || n >= chunks.length) return Promise.resolve();
    if (!loading.has(n)) {
      if (chunks[n].childElementCount) return Promise.resolve();
      const some = ids.slice(n * perChunk, (n + 1) * perChunk);
      loading.set(n, fetch(`/cards?${list.dataset.query}&ids=${some.join(',')}`)
        .then(r => r.ok ? r.text() : Promise.reject(r.status))
        .then(text => fill(n, text)).finally(() => loading.delete(n)));
    }
    return loading.get(n);
  };
  const near = new IntersectionObserver(entries => {
    for (const e of entries) {
      const n = Number(e.target.dataset.chunk);
      e.target.near = e.isIntersecting;
      if (e.isIntersecting) {
        // A chunk that is only passed by is not loaded.
        setTimeout(() => { if (e.target.near) load(n).catch(() => {}); }, 60);
      } else if (n > 0 && !loading.has(n) && !e.target.contains(document.activeElement)) {
        e.target.replaceChildren();
      }
    }
  }, { rootMargin: '150% 0px' });

  const grow = () => {
    for (let n = 1; n * perChunk < ids.length; n++) {
      const ul = document.createElement('ul');
      ul.className = 'cards';
      ul.dataset.chunk = n;
      cards.append(ul);
      chunks.push(ul);
      reserve(n);
    }
    chunks.forEach(c => near.observe(c));
    let width = 0;
    new ResizeObserver(() => {
      if (cards.clientWidth === width) return;
      width = cards.clientWidth;
      shape = null;
      for (let n = 1; n < chunks.length; n++) reserve(n);
    }).observe(cards);
  };

  const go = async i => {
    if (!ids.length) return;
    current = Math.max(0, Math.min(i, ids.length - 1));
    await load(Math.floor(current / perChunk));
    const c = card(current);
    if (!c) return;
    settle(cards);
    c.focus({ preventScroll: true });
    c.scrollIntoView({ block: 'nearest' });
  };

  // The selection.
  const selected = find('#selected');
  const show = () => {
    selected.textContent = chosen.size ? `${selected.dataset.some} ${chosen.size}` : selected.dataset.none;
    settle(cards);
  };
  const choose = (i, on) => { if (ids[i] !== undefined) chosen[on ? 'add' : 'delete'](ids[i]); };
  const toggle = (i, range) => {
    const on = range ? true : !chosen.has(ids[i]);
    if (range) for (let k = Math.min(anchor, i); k <= Math.max(anchor, i); k++) choose(k, on);
    else choose(i, on);
    anchor = i;
    show();
  };
  cards.addEventListener('click', e => {
    const c = e.target.closest('.card');
    if (!c) return;
    const i = indexOf(c);
    if (e.target.matches('input')) {
      if (e.shiftKey) toggle(i, true); else { choose(i, e.target.checked); anchor = i; show(); }
    }
  });
  cards.addEventListener('focusin', e => {
    const c = e.target.closest('.card');
    if (c && indexOf(c) !== current) { current = indexOf(c); settle(cards); }
  });

  // Decisions, some at a time so that the progress is seen.
  const status = find('#status'), problems = find('#problems');
  const replace = (id, text) => {
    const holder = document.createElement('ul'), old = card(ids.indexOf(id));
    holder.innerHTML = html.createHTML(text);
    const li = holder.firstElementChild;
    if (!li) return;
    // A card that shows more than before has another ID.
    const now = find('.card', li).dataset.id;
    ids = ids.map(one => one === id ? now : one);
    if (chosen.delete(id)) chosen.add(now);
    if (!old) return; // not loaded yet
    const within = old.contains(document.activeElement);
    old.parentElement.replaceWith(li);
    settle(li.parentElement);
    if (within) find('.card', li).focus({ preventScroll: true });
  };
  const complain = texts => {
    const ul = document.createElement('ul');
    for (const text of texts) ul.append(Object.assign(document.createElement('li'), { textContent: text }));
    problems.replaceChildren(ul);
    problems.hidden = !texts.length;
  };
  const decide = async (verb, which) => {
    let done = 0, said = '';
    const wrong = [];
    for (let i = 0; i < which.length; i += 50) {
      if (which.length > 50) status.textContent = `${status.dataset.working} ${i} / ${which.length}`;
      const form = new URLSearchParams({ do: verb, query: list.dataset.query });
      for (const id of which.slice(i, i + 50)) form.append('id', id);
      const answer = await fetch('/decide', { method: 'POST', body: form, headers: { Accept: 'application/json' } });
      const result = await answer.json();
      for (const [id, text] of Object.entries(result.cards)) replace(id, text);
      find('#tiles').innerHTML = html.createHTML(result.tiles);
      done += result.done;
      said = which.length > 50 ? `${result.said} (${done} / ${which.length})` : result.said;
      wrong.push(...result.problems);
    }
    status.textContent = done ? said : '';
    complain(wrong);
  };
  list.addEventListener('submit', e => {
    if (!live) {
      // Cards that were not loaded are selected too.
      for (const id of chosen) if (!card(ids.indexOf(id))) list.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'key', value: id }));
      return;
    }
    e.preventDefault();
    const one = e.submitter.name === 'one' ? e.submitter.value.split(' ') : null;
    const verb = one ? one[0] : e.submitter.value, which = one ? [one[1]] : ids.filter(id => chosen.has(id));
    if (!which.length) return;
    decide(verb, which).then(() => { if (!one) { chosen.clear(); show(); } }).catch(() => { status.textContent = status.dataset.failed; });
  });

  // Keys.
  const act = key => {
    const from = chosen.size ? find('.toolbar') : card(current);
    const button = from && find(`[data-key="${CSS.escape(key)}"]`, from);
    if (button) list.requestSubmit(button);
  };
  const help = find('#help');
  const keys = {
    ArrowRight: () => go(current + 1), ArrowLeft: () => go(current - 1),
    ArrowDown: () => go(current + columns()), ArrowUp: () => go(current - columns()),
    Home: () => go(0), End: () => go(ids.length - 1),
    PageDown: () => go(current + 3 * columns()), PageUp: () => go(current - 3 * columns()),
    Escape: () => { chosen.clear(); show(); },
  };
  const singles = {
    k: () => act('k'), a: () => act('a'), u: () => act('u'),
    x: () => toggle(current, false), X: () => toggle(current, true),
    '/': () => find('#search')?.focus(), '?': () => help?.showModal(),
  };
  document.addEventListener('keydown', e => {
    if (typing(e)) {
      if (e.key === 'Escape' && e.target.id === 'search') go(current);
      return;
    }
    const inCard = document.activeElement?.closest('.card'), outside = !inCard && document.activeElement !== document.body;
    if (e.key === 'Enter' && document.activeElement?.matches('.card')) {
      const link = find('a.frame', document.activeElement);
      if (link) { e.preventDefault(); link.click(); }
      return;
    }
    const move = keys[e.key], single = singles[e.key];
    if (move && !outside) { e.preventDefault(); move(); }
    if (single && keysOn()) { e.preventDefault(); single(); }
  });

  if (live) {
    for (const b of all('.needs-script')) b.hidden = false;
    for (const b of all('.no-script')) b.hidden = true;
    find('#help-button').addEventListener('click', () => help.showModal());
    const on = find('#keys-on');
    on.checked = keysOn();
    on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'));
    find('#select-all').addEventListener('click', () => { ids.forEach(id => chosen.add(id)); show(); });
    find('#select-none').addEventListener('click', () => { chosen.clear(); show(); });
    if (Number(list.dataset.total) > ids.length || new URLSearchParams(location.search).has('from')) {
      fetch('/ids?' + list.dataset.query).then(r => r.json()).then(whole => {
        if (whole[0] !== ids[0]) { // a later page of a browser without a script, or a list that has changed
          chunks[0].replaceChildren();
          ids = whole;
          load(0).catch(() => {});
        }
        ids = whole;
        grow();
      }).catch(() => { status.textContent = status.dataset.failed; });
    }
  }
  show();
})();
