// Every page that somebody can get to by links, in both languages and on a phone: no serious finding of
// axe-core, nothing that the browser complains of, nothing too wide, less than 100 kB. Axe-core looks once, and
// one picture is kept, of pages that are built alike, whoever gets to them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, demonstration, picture, serious, sign_in, window } from './site.mjs';

/** Pages of one form are looked at so many times: the queue leads to many declarations. */
const OF_ONE_FORM = 2;
const LANGUAGES = ['en', 'zh-Hans'];

let site;
let chromium;

before(async () => { [site, chromium] = await Promise.all([demonstration(), browser()]); });
after(async () => { await chromium?.close(); await site?.end(); });

/** Numbers stand for each other, and so do names of settings and tables. */
const form_of = (address) => address.split(/[?#]/)[0].replace(/(?<=^\/parameters\/(settings|codes)\/).*/, 'N').replace(/[0-9A-Z]*[0-9][0-9A-Za-z-]*/g, 'N');

/** The addresses that the open page links to. */
async function links(page) {
  const all = await page.$$eval('a[href^="/"]:not([download])', (links) => links.map((link) => link.getAttribute('href')));
  return all.filter((address) => !/^\/(language|static|sign-in)|\.(csv|pem|xml|json|zip)$|\/sample$/.test(address));
}

/** What is open to everybody is looked at once; only the first page says who has signed in. */
const open_to_all = new Set();

async function walk(role) {
  const page = await window(chromium, site);
  if (role) await sign_in(page, site, role);
  const seen = new Map();
  const waiting = ['/'];
  while (waiting.length > 0) {
    const address = waiting.shift();
    const form = form_of(address);
    if (role && form !== '/' && open_to_all.has(form)) continue;
    const times = seen.get(form) ?? 0;
    if (times >= OF_ONE_FORM) continue;
    seen.set(form, times + 1);
    for (const language of LANGUAGES) await look(page, role, address, form, language, times === 0);
    waiting.push(...await links(page));
  }
  await page.context().close();
  if (!role) for (const form of seen.keys()) open_to_all.add(form);
  return [...seen.keys()];
}

async function look(page, role, address, form, language, is_first) {
  await page.goto(`/language/${language}?back=${encodeURIComponent(address)}`);
  const where = `${role ?? 'nobody'} ${language} ${address}`;
  assert.equal(await page.getAttribute('html', 'lang'), language, where);
  assert.equal(await page.locator('h1').count(), 1, where);
  assert.deepEqual(page.complaints.splice(0), [], where);
  assert.ok((await page.content()).length < 100_000, `${where} is long`);
  const is_new = await is_built_anew(page, language);
  if (is_new) assert.deepEqual(await serious(page), [], where);
  if (!is_first && !is_new) return;
  const name = `${role ?? 'nobody'}${form.replaceAll('/', '-')}-${language}`;
  if (is_new) await picture(page, name);
  const usual = page.viewportSize();
  await page.setViewportSize({ width: 375, height: 800 });
  const too_wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(too_wide <= 0, `${where} is ${too_wide} px too wide for a phone`);
  if (is_new) await picture(page, `${name}-phone`);
  await page.setViewportSize(usual);
}

/** How the pages are built that axe-core has seen: whoever else gets to a page of the same build sees no other finding. */
const seen_builds = new Set();

/** Whether a part of the open page is built as none before it, in this language. What it says, and how often a row repeats, is no part of how it is built. */
async function is_built_anew(page, language) {
  const builds = await page.evaluate(() => {
    // They hold content; everything else decides how an element looks and what it is to a reader of the screen.
    const content = new Set(['id', 'href', 'for', 'name', 'value', 'action', 'content', 'title', 'datetime', 'aria-current', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'style', 'd', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height', 'points', 'src', 'alt', 'data-at', 'min', 'max', 'autofocus', 'selected', 'checked']);
    const build = (element) => {
      const attributes = [...element.attributes].map(({ name, value }) => (content.has(name) ? name : `${name}=${value}`)).filter((text) => text !== 'aria-current' && text !== 'autofocus').sort();
      const parts = [...element.children].map(build);
      return `${element.localName} ${attributes.join(' ')}(${parts.filter((part, at) => part !== parts[at - 1]).join()})`;
    };
    return [...document.body.children].map(build);
  });
  const fresh = builds.map((build) => `${language} ${build}`).filter((build) => !seen_builds.has(build));
  for (const build of fresh) seen_builds.add(build);
  return fresh.length > 0;
}

for (const role of [null, 'officer', 'supervisor', 'examiner', 'port-officer', 'enterprise-administrator', 'clerk', 'reader', 'facility-staff', 'risk-manager', 'auditor', 'system-administrator']) {
  test(`pages of ${role ?? 'nobody'}`, async () => {
    const seen = await walk(role);
    console.log(`${role ?? 'nobody'}: ${seen.join(' ')}`);
    assert.ok(seen.includes('/'));
  });
}

test('pages without JavaScript', async () => {
  const page = await window(chromium, site, { javaScriptEnabled: false });
  await sign_in(page, site, 'examiner');
  await page.goto('/queue');
  assert.ok((await page.locator('tbody tr').count()) > 0, 'something waits in the demonstration');
  await page.click('tbody a');
  assert.match(await page.textContent('h1'), /\d{4}/);
});

test('everything is reached by the keyboard', async () => {
  const page = await window(chromium, site);
  await page.goto('/sign-in');
  const person = site.people.find((person) => person.role === 'officer');
  // The name has the focus, once the browser has given it.
  await page.waitForFunction(() => document.activeElement.id === 'sign_in');
  await page.keyboard.type(person.sign_in);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((address) => address.pathname !== '/sign-in');
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => document.activeElement.getAttribute('href'));
  assert.equal(skip, '#main', 'the first stop skips the navigation');
});
