// A newcomer in a sandbox: the first parcel to its release, a parcel that an officer reviews, and the language.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from './person.mjs';
import { browser, sandbox, window } from './site.mjs';

let site;
let chromium;

before(async () => { [site, chromium] = await Promise.all([sandbox(), browser()]); });
after(async () => { await chromium?.close(); await site?.end(); });

async function newcomer(options) {
  return new Person(await window(chromium, site, options));
}

/** From the first page to a test enterprise of one's own. */
async function founds(person) {
  await person.opens('/');
  await person.follows('Begin here');
  await person.presses('Get a test enterprise');
  await person.reads('Your test enterprise');
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : ' without JavaScript';

  test(`a newcomer sends a first parcel to its release with what the pages tell${how}`, async () => {
    const begin = performance.now();
    const person = await newcomer({ javaScriptEnabled });
    await founds(person);
    await person.presses('Send a parcel');
    await person.reads('800');
    console.log(`from the first page to the release${how}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    const order = await person.page.locator('main code').filter({ hasText: /^SBX/ }).first().innerText();

    // Its own officer finds the same record, on a page and as a program reads it.
    const officer = { sign_in: await person.finds('Officer of your office'), password: await person.finds('Password of all of them') };
    await person.signs_in(officer);
    await person.follows('Search');
    await person.writes('Number', order, 'Enter');
    await person.reads('800');
    const found = await person.asks(`/api/v1/declarations/${order}`);
    assert.deepEqual([found.facts.order_no, found.status], [order, 800]);
    await person.page.context().close();
  });

  test(`the language is switched and the place kept${how}`, async () => {
    const person = await newcomer({ javaScriptEnabled });
    await person.opens('/');
    await person.follows('Codes');
    await person.writes('Code or word', '142', 'Enter');
    await person.reads('142');
    const place = person.page.url();
    const lang = () => person.page.getAttribute('html', 'lang');
    assert.equal(await lang(), 'en');
    await person.follows('中文');
    assert.deepEqual([await lang(), person.page.url()], ['zh-Hans', place]);
    await person.reads('142');
    // The next page is in the chosen language, too, and the way back is as short.
    await person.follows('首页');
    assert.equal(await lang(), 'zh-Hans');
    await person.follows('English');
    assert.deepEqual([await lang(), new URL(person.page.url()).pathname], ['en', '/']);
    await person.page.context().close();
  });
}

test('a buyer follows a parcel on a telephone, without JavaScript, and wrong digits tell nothing', async () => {
  const person = await newcomer({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await founds(person);
  await person.presses('Send a parcel');
  await person.reads('800');
  const order = await person.page.locator('main code').filter({ hasText: /^SBX/ }).first().innerText();
  await person.follows('Track a parcel');
  await person.writes('Number of the order or waybill', order);
  await person.writes('Last four digits of the telephone number', '9999', 'Enter');
  await person.reads('No parcel has that number and those digits.');
  await person.writes('Last four digits of the telephone number', '0000', 'Enter');
  await person.reads('Released by customs');
  await person.reads('Customs released it');
  await person.page.context().close();
});

test('a parcel that asks for review is released by the officer, without JavaScript', async () => {
  const person = await newcomer({ javaScriptEnabled: false });
  await founds(person);
  await person.picks('What it is to come to', 'left in review');
  await person.presses('Send a parcel');
  await person.reads('300');
  const order = await person.page.locator('main code').filter({ hasText: /^SBX/ }).first().innerText();
  const officer = { sign_in: await person.finds('Officer of your office'), password: await person.finds('Password of all of them') };
  await person.signs_in(officer);
  await person.follows('Work queue');
  await person.follows('9');
  await person.reads(order);
  await person.chooses('Accept');
  await person.picks('Reason', 'In order');
  await person.presses('Send');
  await person.reads('It is decided');
  const { status, office } = await person.asks(`/api/v1/declarations/${order}`);
  assert.equal(status, 800, `of ${office}`);
  await person.page.context().close();
});
