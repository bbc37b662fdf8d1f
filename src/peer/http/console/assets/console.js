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
