// Chromium at the console: what a support rep does, with and without a script, by keyboard, on a phone's width, in both
// themes. Arguments: the gateway's address, a key of its API, and perhaps a folder for pictures.
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [base, key, pictures] = process.argv.slice(2);
const DELIVERED = '+447700900123';
const FULL = '+447700900404';
const SILENT = '+447700900409';
const EVIL = '<img src=x onerror=alert(1)> \u202eevil\u202c \u0007 code 8841';

let failures = 0;
const check = (what, holds, more = '') => {
  if (!holds) failures += 1;
  console.log(`${holds ? 'ok' : 'FAILED'}: ${what}${holds ? '' : ' ' + more}`);
};

const send = async (to, text, from = 'ACME') => {
  const answer = await fetch(`${base}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to, from, text, account: 'app' }),
  });
  return (await answer.json()).id;
};

const become = async (id, disposition) => {
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await fetch(`${base}/v1/messages/${id}`, { headers: { authorization: `Bearer ${key}` } });
    if ((await answer.json()).disposition === disposition) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${id} does not become ${disposition}`);
};

// Whatever a page complains of, anywhere.
const complaints = [];
const watch = (page) => {
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`); });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error}`));
  page.on('dialog', async (dialog) => { complaints.push(`a dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on('framenavigated', async () => {
    const told = page.url() + ((await page.title().catch(() => '')) || '');
    if (/7700900\d{3}/.test(decodeURIComponent(told))) complaints.push(`a number in an address or title: ${told}`);
  });
  return page;
};

const signIn = async (page, user, password) => {
  await page.goto(`${base}/`);
  await page.getByLabel('Name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('search').waitFor();
};

// Pastes into the search and presses Enter: one action.
const paste = async (page, text) => {
  if (new URL(page.url()).pathname !== '/') await page.goto(`${base}/`);
  await page.getByRole('searchbox').fill(text);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/(search|m\/)/);
};

const axe = async (page, what) => {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  const told = found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  check(`axe finds nothing on ${what}`, told.length === 0, told.join('\n  '));
};

// What finds nothing may be looking at nothing: a fault is put in, and has to be found.
const axeFinds = async (page) => {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const fault = document.createElement('button');
    document.querySelector('main').append(fault);
    const result = await window.axe.run(document, { runOnly: ['wcag2a'] });
    fault.remove();
    return result.violations.length;
  });
  check('axe finds a fault that was put in', found > 0, String(found));
};

const questions = async (page) => {
  await paste(page, DELIVERED);
  check('did it arrive? after one action', (await page.locator('tbody').innerText()).includes('Delivered'));
  await paste(page, FULL);
  check('why not? after one action', (await page.locator('tbody').innerText()).includes('Phone memory full'));
  await page.locator('[data-row]').last().click();
  const main = await page.locator('main').innerText();
  check('why not, in a sentence, after two', main.includes("The phone's message store is full.") && main.includes('Please delete some texts'));
  const bottom = await page.locator('#say').evaluate((it) => it.getBoundingClientRect().bottom);
  check('what to say stands on the first screen', bottom <= 720, String(bottom));
  await paste(page, SILENT);
  check('where is my code? after one action', (await page.locator('tbody').innerText()).includes('no receipt yet'));
  await paste(page, DELIVERED);
  await page.getByRole('link', { name: /Conversation and opt-outs/ }).click();
  await page.getByLabel(/Proof/).fill('ticket Z-1, asked on the phone');
  await page.getByRole('button', { name: 'Record an opt-out' }).click();
  await page.getByText('Takes nothing from').waitFor();
  check('stop texting me, in three actions', true);
  await page.getByText('Lift it, with a proof').click();
  await page.getByLabel(/wants messages again/).fill('ticket Z-2');
  await page.getByRole('button', { name: 'Lift the opt-out' }).click();
  await page.getByText('takes messages from all').waitFor();
  check('an opt-out is lifted with a proof', true);
  await paste(page, FULL);
  await page.locator('[data-row]').last().click();
  const other = watch(await page.context().newPage());
  await other.goto(page.url());
  await page.getByRole('button', { name: 'Send it again' }).click();
  await page.getByText('This is a resend of').waitFor();
  check('send it again, in three actions', true);
  await other.getByRole('button', { name: 'Send it again' }).click();
  await other.getByText('It was sent again already').waitFor();
  check('whoever had the page open too sends nothing a second time', true);
  await other.close();
};

const hostile = async (page, id) => {
  await page.goto(`${base}/m/${id}`);
  check('a text is hidden at first', !(await page.content()).includes('8841'));
  await page.getByLabel('Ticket (optional)').fill('Z-4411');
  await page.getByRole('button', { name: 'Show both' }).click();
  await page.getByText('Shown for 5 minutes').waitFor();
  const text = await page.locator('.text').innerText();
  check('a text full of markup and controls is shown harmless', text.includes('<img src=x onerror=alert(1)>') && text.includes('[U+202E]') && text.includes('[U+0007]'), text);
  check('the number is shown', (await page.locator('main').innerText()).includes(FULL));
  await page.goto(`${base}/audit`);
  const own = await page.locator('tbody').innerText();
  check('the audit has it, with the ticket', own.includes('message.revealed') && own.includes('Z-4411'));
};

const live = async (page) => {
  await page.goto(`${base}/live`);
  await page.getByText('Live', { exact: true }).last().waitFor();
  await page.locator('[data-live-state]', { hasText: /^Live$/ }).waitFor();
  const before = await page.locator('[data-live-rows] tr').count();
  await send(DELIVERED, 'live');
  await page.waitForFunction((count) => document.querySelectorAll('[data-live-rows] tr').length > count, before);
  check('what happens is shown as it happens', true);
  await page.keyboard.press('p');
  await page.locator('[data-live-state]', { hasText: 'Paused' }).waitFor();
  await page.waitForTimeout(300);
  const paused = await page.locator('[data-live-rows] tr').count();
  await become(await send(DELIVERED, 'while paused'), 'delivered');
  check('and not while it is paused', (await page.locator('[data-live-rows] tr').count()) === paused);
  await page.keyboard.press('p');
  await page.locator('[data-live-state]', { hasText: /^Live$/ }).waitFor();
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await send(DELIVERED, 'again');
  await page.waitForFunction((count) => document.querySelectorAll('[data-live-rows] tr').length > count, paused);
  check('it goes on', true);
};

const keyboard = async (browser) => {
  const page = watch(await (await browser.newContext()).newPage());
  await page.goto(`${base}/`);
  await page.keyboard.type('rep');
  await page.keyboard.press('Tab');
  await page.keyboard.type('rep-loopback');
  await page.keyboard.press('Enter');
  await page.getByRole('search').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('/');
  await page.keyboard.type(FULL);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search/);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/m\/msg_/);
  check('by keys alone from signing in to a message', true);
  await page.keyboard.press('v');
  const on = await page.evaluate(() => document.activeElement.textContent);
  check('a key leads to showing the number', on === 'Show number', on);
  await page.keyboard.press('Enter');
  await page.getByText(FULL).first().waitFor();
  await page.keyboard.press('t');
  check('a key turns to local time', (await page.locator('[data-zone]').first().innerText()) === 'local');
  await page.goto(`${base}/help`);
  await page.getByLabel('Single keys are on').uncheck();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForTimeout(200);
  check('keys can be turned off', page.url().endsWith('/help'));
  let steps = 0;
  await page.goto(`${base}/`);
  await page.evaluate(() => document.activeElement.blur());
  for (; steps < 60; steps += 1) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => { const it = document.activeElement; const box = it.getBoundingClientRect(); return { name: it.textContent || it.id, outline: getComputedStyle(it).outlineStyle, width: box.width, body: it === document.body }; });
    if (seen.body) break;
    if (seen.outline === 'none') { check('whatever has the focus shows it', false, JSON.stringify(seen)); break; }
  }
  check('Tab goes through the page', steps > 5, String(steps));
  await page.context().close();
};

const withoutScript = async (browser, id) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = watch(await context.newPage());
  await signIn(page, 'rep', 'rep-loopback');
  await paste(page, FULL);
  check('without a script: search', (await page.locator('tbody').innerText()).includes('Phone memory full'));
  await page.goto(`${base}/m/${id}`);
  await page.getByRole('button', { name: 'Show text' }).click();
  check('without a script: a text', (await page.locator('.text').innerText()).includes('8841'));
  await page.goto(`${base}/m/${id}`);
  await page.getByRole('button', { name: 'Send it again' }).click();
  check('without a script: send again', (await page.locator('main').innerText()).includes('This is a resend of'));
  await page.goto(`${base}/live?paused=1`);
  check('without a script: the live page', (await page.locator('tbody tr').count()) > 0);
  await context.close();
};

const narrow = async (browser, pages) => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = watch(await context.newPage());
  await signIn(page, 'rep', 'rep-loopback');
  for (const place of pages) {
    await page.goto(base + place);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    check(`${place.slice(0, 12)} fits 320 pixels`, width <= 320, String(width));
    const small = await page.evaluate(() => [...document.querySelectorAll('button, input:not([type=hidden]):not([type=checkbox]), select, .button')].filter((it) => it.offsetParent && it.getBoundingClientRect().height < 24).map((it) => it.outerHTML.slice(0, 80)));
    check(`${place.slice(0, 12)} has nothing too small to hit`, small.length === 0, small.join(' '));
  }
  await context.close();
};

const themes = async (browser, pages) => {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 720 } });
    const page = watch(await context.newPage());
    await page.goto(`${base}/`);
    await axe(page, `the form to sign in, ${colorScheme}`);
    await signIn(page, 'op', 'op-loopback');
    for (const [name, place] of pages) {
      await page.goto(base + place);
      await axe(page, `${name}, ${colorScheme}`);
      if (pictures && ['search', 'message', 'carriers'].includes(name)) {
        await page.screenshot({ path: path.join(pictures, `console-${name}-${colorScheme}.png`) });
      }
    }
    await context.close();
  }
};

const sizes = async (browser, place) => {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, 'rep', 'rep-loopback');
  await page.goto(base + place);
  await page.waitForTimeout(300);
  const octets = await page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, it) => sum + it.decodedBodySize, 0));
  check('a message page with all that it loads is under 100 KB', octets < 100_000, String(octets));
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  check('and painted within a second', paint < 1000, String(paint));
  console.log(`message page: ${octets} octets, first paint after ${Math.round(paint)} ms`);
  await page.context().close();
};

const main = async () => {
  const browser = await chromium.launch({ executablePath: process.env.POSTRIDER_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await become(await send(DELIVERED, 'Your code is 1234'), 'delivered');
    const full = await send(FULL, 'Your code is 5678');
    await become(full, 'bounced');
    const evil = await send(FULL, EVIL);
    await become(evil, 'bounced');
    await send(SILENT, 'Your code is 9012');
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = watch(await context.newPage());
    await signIn(page, 'rep', 'rep-loopback');
    const cookie = (await context.cookies()).find((it) => it.name.includes('postrider'));
    check('the cookie is __Host-, Secure and HttpOnly', cookie?.name === '__Host-postrider' && cookie.secure && cookie.httpOnly, JSON.stringify(cookie));
    await axeFinds(page);
    await questions(page);
    await paste(page, FULL);
    const found = new URL(page.url());
    const conversation = await page.getByRole('link', { name: /Conversation and opt-outs/ }).getAttribute('href');
    await hostile(page, evil);
    await live(page);
    await keyboard(browser);
    await withoutScript(browser, evil);
    const search = found.pathname + found.search;
    await narrow(browser, ['/', search, `/m/${full}`, conversation, '/carriers', '/opt-outs', '/rules', '/audit', '/live?paused=1', '/help', '/me', '/errors']);
    await themes(browser, [['search', search], ['message', `/m/${full}`], ['conversation', conversation], ['carriers', '/carriers'], ['opt-outs', '/opt-outs'], ['rules', '/rules'], ['webhooks', '/webhooks'], ['audit', '/audit'], ['live', '/live?paused=1'], ['help', '/help'], ['sessions', '/me'], ['reasons', '/errors'], ['a reason', '/errors/memory_full'], ['nothing', '/m/msg_0000000000000']]);
    await sizes(browser, `/m/${full}`);
  } finally {
    await browser.close();
  }
  // A page that is not there, a form that is out of date and the like are answers, and browsers tell of them.
  const real = complaints.filter((it) => !/status of (4\d\d)/.test(it));
  check('no page complained, of the policy or of anything', real.length === 0, real.join('\n  '));
  console.log(failures === 0 ? 'all is well' : `${failures} failed`);
  process.exit(failures === 0 ? 0 : 1);
};

main().catch((error) => { console.log(`FAILED: ${error.stack}`); process.exit(1); });
