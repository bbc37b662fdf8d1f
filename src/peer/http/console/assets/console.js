// The console works without this: it adds local times, copying, a switch for the theme, and keys.
const keep = (name, value) => { try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch { /* a browser that keeps nothing */ } };
const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const all = (selector) => [...document.querySelectorAll(selector)];

// Theme: the system's, light, dark.
const themes = [null, 'light', 'dark'];
const words = { null: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
const dress = () => {
  const theme = kept('theme');
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  all('[data-theme-switch]').forEach((it) => { it.hidden = false; it.textContent = words[theme]; });
};
dress();
all('[data-theme-switch]').forEach((it) => it.addEventListener('click', () => {
  keep('theme', themes[(themes.indexOf(kept('theme')) + 1) % themes.length]);
  dress();
}));

// Times: UTC as they come, or the reader's own.
const pad = (number, width = 2) => String(number).padStart(width, '0');
const local = (at, millis) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}${millis ? '.' + pad(at.getMilliseconds(), 3) : ''}`;
const tell = () => {
  const own = kept('zone') === 'local';
  all('time[data-time][datetime]').forEach((it) => {
    it.dataset.utc ??= it.textContent;
    it.textContent = own ? local(new Date(it.dateTime), it.dataset.utc.includes('.')) : it.dataset.utc;
  });
  all('[data-zone]').forEach((it) => { it.textContent = own ? 'local' : 'UTC'; });
};
const turn = () => { keep('zone', kept('zone') === 'local' ? null : 'local'); tell(); };
tell();
all('[data-zone-switch]').forEach((it) => { it.hidden = false; it.addEventListener('click', turn); });

// Copying.
const say = (text) => { const box = document.querySelector('[data-said]'); if (box) box.textContent = text; };
const copy = async (text, what) => { try { await navigator.clipboard.writeText(text); say(`${what} copied`); } catch { say('This browser does not let us copy'); } };
all('[data-copy]').forEach((it) => {
  it.hidden = false;
  it.addEventListener('click', () => copy(it.dataset.copy === 'link' ? location.href : document.getElementById(it.dataset.copy).textContent.trim(), it.dataset.what));
});

// Keys: one letter each, off while somebody types, and off for good with the switch on the help page.
const press = (selector) => { const it = document.querySelector(selector); if (it) it.click(); };
const rows = () => all('[data-row]');
const step = (by) => {
  const list = rows();
  if (list.length === 0) return;
  const here = list.indexOf(document.activeElement);
  list[Math.min(Math.max(here + by, 0), list.length - 1)].focus();
};
const pages = { s: '/', l: '/live', c: '/carriers', o: '/opt-outs', r: '/rules', a: '/audit' };
const keys = {
  '/': () => { const box = document.getElementById('q'); if (box) { box.focus(); box.select(); } else location.href = '/'; },
  j: () => step(1), k: () => step(-1),
  t: turn, y: () => copy(location.href, 'Link'), i: () => press('[data-copy="say"]'), c: () => press('[data-copy="id"]'),
  v: () => document.querySelector('[data-reveal]')?.focus(), r: () => document.querySelector('[data-resend]')?.focus(),
  p: () => press('[data-pause]'), e: () => press('[data-export]'), '?': () => { location.href = '/help'; },
};
let leader = 0;
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, [contenteditable]');
  if (kept('keys') === 'off' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (Date.now() - leader < 1500 && pages[event.key]) { event.preventDefault(); leader = 0; location.href = pages[event.key]; return; }
  leader = event.key === 'g' ? Date.now() : 0;
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
all('[data-keys-switch]').forEach((it) => {
  it.closest('[hidden]')?.removeAttribute('hidden');
  it.checked = kept('keys') !== 'off';
  it.addEventListener('change', () => keep('keys', it.checked ? null : 'off'));
});

// While a page is on its way what is there stays, and says so.
all('form').forEach((form) => form.addEventListener('submit', () => document.getElementById('main').setAttribute('aria-busy', 'true')));
addEventListener('pageshow', () => document.getElementById('main').removeAttribute('aria-busy'));

// The live page: events as they come, 500 at most, none while it is paused.
const live = document.querySelector('[data-live]');
if (live) {
  const body = document.querySelector('[data-live-rows]');
  const state = document.querySelector('[data-live-state]');
  const dropped = document.querySelector('[data-live-dropped]');
  const pause = live.querySelector('[data-pause]');
  const failures = new URLSearchParams(location.search).get('failures') === '1';
  const signs = { in_progress: ['…', 'In progress'], delivered: ['✓', 'Delivered'], bounced: ['✗', 'Bounced'], blocked: ['⊘', 'Blocked'], expired: ['◔', 'Expired'], misdirected: ['⤳', 'Misdirected'], unknown: ['?', 'Unknown'] };
  let source = null;
  let held = 0;
  let last = null;
  const cell = (row, label, ...inside) => { const td = document.createElement('td'); td.dataset.label = label; td.append(...inside); row.append(td); };
  const bdi = (text) => { const it = document.createElement('bdi'); it.textContent = text ?? ''; return it; };
  const show = (event) => {
    last = event.lastEventId || last;
    const told = JSON.parse(event.data);
    const message = told.data?.message;
    if (!message || (failures && ['delivered', 'in_progress'].includes(message.disposition))) return;
    const row = document.createElement('tr');
    const link = document.createElement('a');
    link.href = `/m/${encodeURIComponent(message.id)}`;
    link.dataset.row = '';
    link.textContent = (told.time ?? told.timestamp ?? '').slice(0, 19).replace('T', ' ');
    const [sign, word] = signs[message.disposition] ?? ['', message.disposition];
    const mark = document.createElement('span');
    mark.className = `mark ${message.disposition}`;
    mark.textContent = `${sign} ${word}`;
    cell(row, 'Time', link);
    cell(row, 'Way', message.direction === 'inbound' ? 'from a phone' : 'to a phone');
    cell(row, 'From', bdi(message.from));
    cell(row, 'To', bdi(message.to));
    cell(row, 'Result', mark, ` ${message.reason?.title ?? ''}`);
    cell(row, 'Carrier', message.carrier?.id ?? '');
    body.prepend(row);
    while (body.children.length > 500) body.lastElementChild.remove();
  };
  const kinds = ['queued', 'sent', 'delivered', 'undelivered', 'expired', 'rejected', 'received', 'unknown', 'cancelled', 'accepted'];
  const begin = () => {
    source = new EventSource('/live/events');
    source.onopen = () => { state.textContent = 'Live'; };
    source.onerror = () => { state.textContent = 'The connection is lost: trying again'; };
    kinds.forEach((kind) => source.addEventListener(`postrider.message.${kind}`, (event) => { if (document.hidden) { held += 1; return; } show(event); }));
    source.addEventListener('dropped', (event) => { dropped.textContent = `${JSON.parse(event.data).n} events not shown`; });
    source.addEventListener('gap', () => { dropped.textContent = 'Some events are not shown'; });
    pause.textContent = 'Pause';
  };
  const end = () => { source?.close(); source = null; state.textContent = 'Paused'; pause.textContent = 'Go on'; };
  pause.addEventListener('click', (event) => { event.preventDefault(); if (source) end(); else begin(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && held) { dropped.textContent = `${held} events not shown`; held = 0; } });
  if (new URLSearchParams(location.search).get('paused') === '1') end(); else begin();
}
