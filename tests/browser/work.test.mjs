// People of the demonstration at their work: review and examination, the port, a return, a month consolidated,
// persons shown for a reason, a telephone, the keys of programs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from './person.mjs';
import { browser, demonstration, said, serious, window } from './site.mjs';

let site;
let chromium;

before(async () => { [site, chromium] = await Promise.all([demonstration(), browser()]); });
after(async () => { await chromium?.close(); await site?.end(); });

/** Somebody of a role, signed in. */
async function somebody(role, options) {
  const person = new Person(await window(chromium, site, options));
  await person.signs_in(site.people.find((one) => one.role === role));
  return person;
}

/** The declarations that wait where somebody is, of a status. */
async function waiting(person, status) {
  const { items } = await person.asks(`/api/v1/queue?status=${status}`);
  assert.ok(items.length > 0, `nothing waits at ${status}`);
  return items;
}

test('an officer sees persons for a reason', async () => {
  const officer = await somebody('officer');
  const [{ invt_no: number }] = await waiting(officer, 300);
  await officer.follows('Search');
  await officer.writes('Number', number, 'Enter');
  const masked = await officer.page.content();
  await officer.reads('Names, numbers, telephones and addresses are masked.');
  await officer.picks('Why you need them', 'Reach the buyer');
  await officer.writes('What for', 'call 13800000000');
  await officer.presses('Show them');
  await officer.reads('leave out telephone and identity numbers');
  await officer.writes('What for', 'the parcel is damaged');
  await officer.presses('Show them');
  await officer.reads('That you saw this is recorded.');
  const name = await officer.finds("the buyer's real name");
  assert.ok(name.length > 1 && !masked.includes(name), `${name} was masked before`);
  // A reason is given for each look.
  await officer.follows('Back to the case');
  assert.ok(!(await officer.page.content()).includes(name));
});

test('an officer reviews, has goods examined, and they are released', async () => {
  const officer = await somebody('officer');
  const [{ invt_no: number }] = await waiting(officer, 300);
  await officer.follows('Work queue');
  await officer.follows(number);
  await officer.reads('Documents side by side');
  await officer.presses('Take it on');
  await officer.chooses('Have the goods examined');
  await officer.writes('In words', 'the picture shows four bottles');
  await officer.presses('Send');
  await officer.reads('500');

  const examiner = await somebody('supervisor');
  await examiner.follows('Examination');
  await examiner.scans(number);
  await examiner.reads('Open it, and record what you find.');
  await examiner.presses('In order');
  await examiner.reads(`${number}: recorded.`);

  await officer.follows('Search');
  await officer.writes('Number', number, 'Enter');
  await officer.reads('the picture shows four bottles');
  const { status, responses } = await officer.asks(`/api/v1/declarations/${number}`);
  assert.equal(status, 800, JSON.stringify(responses));
});

test('a port officer finds a seal broken, and the goods are stopped, without JavaScript', async () => {
  const port = await somebody('port-officer', { javaScriptEnabled: false });
  // The driver's papers: seal and plate.
  const seals = [1, 2, 3, 4, 5, 6].map((n) => said(['transit', 'show', `SEAL00000${n}`, '--data', site.data]).catch(() => ({ transits: [] })));
  const papers = (await Promise.all(seals)).flatMap(({ transits }) => transits).find(({ state }) => state === 'sealed');
  assert.ok(papers, 'goods are on their way');

  await port.follows('Port check');
  await port.writes('Seal on the vehicle', papers.seal);
  await port.writes('Vehicle plate', papers.vehicle);
  await port.chooses('Broken');
  await port.presses('Check');
  await port.reads('Stop: not as it was sealed');
  await port.reads('封志破损');

  const { transits: [transit] } = await port.asks(`/api/v1/transits/${papers.seal}`);
  assert.equal(transit.state, 'stopped', JSON.stringify(transit));
  // Looked at again, it stays stopped.
  await port.writes('Seal on the vehicle', papers.seal);
  await port.writes('Vehicle plate', papers.vehicle);
  await port.chooses('Intact');
  await port.presses('Check');
  await port.reads('These goods were stopped and have to be examined first.');
});

test('goods that came back otherwise than it was asked are let in', async () => {
  const examiner = await somebody('examiner');
  await examiner.follows('Returns');
  const row = examiner.page.locator('tbody tr').first();
  const [number, declaration] = await Promise.all([row.locator('td').nth(1).innerText(), row.locator('td').nth(2).innerText()]);
  await examiner.reads('运输工具名称');
  await examiner.chooses(`Choose ${number}`);
  await examiner.chooses('In order: let them in');
  await examiner.writes('In words', 'another flight, the same goods');
  await examiner.presses('Send');
  await examiner.reads('It is decided');
  await examiner.reads('No return waits');

  await examiner.follows('Search');
  await examiner.writes('Number', declaration, 'Enter');
  const returned = await examiner.page.locator('main li', { hasText: number }).innerText();
  assert.match(returned, /800/, 'the return is released');
});

test('what left late is consolidated into a formal declaration', async () => {
  const officer = await somebody('officer');
  await officer.follows('Consolidation');
  await officer.presses('Consolidate that month');
  await officer.reads('It was taken');
  const [request] = await numbers(officer);
  await officer.follows(request);
  // The page says by itself when it is done.
  await officer.reads('1 declarations in 1 formal ones');
  await officer.follows('Consolidation');
  await officer.reads('There is nothing of that month.');

  await officer.follows('Formal declarations');
  const [formal] = await numbers(officer);
  await officer.follows(formal);
  assert.equal(await officer.finds('Request'), request);
  const shown = await officer.asks(`/api/v1/formal-declarations/${formal}`);
  assert.equal(shown.number, formal);
  assert.ok(JSON.stringify(shown).includes(request), `of ${request}: ${JSON.stringify(shown).slice(0, 500)}`);
});

/** The numbers that the rows of the page's last table link to. */
function numbers(person) {
  return person.page.locator('main table').last().locator('tbody tr td:first-child a').allInnerTexts();
}

test('goods are examined with a telephone and a scanner', async () => {
  const phone = { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };
  const examiner = await somebody('examiner', phone);
  const [{ order_no: order, invt_no: number }] = await waiting(examiner, 500);
  await examiner.follows('Examination');
  // Nobody touches the field: it has the focus, and has it again for the next parcel.
  await examiner.scans('NOBODYKNOWSTHIS');
  await examiner.reads('Stop: not known');
  await examiner.scans(order);
  await examiner.reads('Open it, and record what you find.');
  assert.deepEqual(await serious(examiner.page), []);
  const too_wide = await examiner.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(too_wide <= 0, `${too_wide} px too wide`);
  const button = await examiner.page.getByRole('button', { name: 'In order' }).boundingBox();
  assert.ok(button.height >= 44, `a thumb needs more than ${button.height} px`);
  await examiner.picks('Reason', 'In order');
  await examiner.presses('In order');
  await examiner.reads(`${number}: recorded.`);
  await examiner.scans(order);
  const { status } = await examiner.asks(`/api/v1/declarations/${number}`);
  assert.notEqual(status, 500, 'it was examined');
});

test('an enterprise replaces the key of a program, which never stops', async () => {
  const administrator = await somebody('enterprise-administrator');
  /** What the interface answers to a program with that key. */
  const answered = async (key) => (await fetch(`${site.address}/api/v1/session`, { headers: { authorization: `Bearer ${key}` } })).status;
  /** The key that the page shows, once. */
  const shown = async () => (await administrator.page.locator('main').getByText(/^tongguan_/).innerText()).trim();
  /** The number that the page has beside it. */
  const number = async () => (await administrator.page.locator('main p', { hasText: 'Number' }).first().locator('code').innerText()).trim();

  await administrator.follows('Programs');
  await administrator.writes('Purpose', 'the ERP of the warehouse');
  await administrator.presses('Give it');
  const [first, first_number] = [await shown(), await number()];
  assert.equal(await answered(first), 200);

  await administrator.follows(`Replace ${first_number}`);
  await administrator.picks('The old key is good for', '1 day');
  await administrator.presses('Replace it');
  const [second, second_number] = [await shown(), await number()];
  assert.notEqual(second, first);
  assert.deepEqual([await answered(first), await answered(second)], [200, 200], 'both are good for a while');

  await administrator.follows('Programs');
  assert.ok(!(await administrator.page.content()).includes(second), 'a key is shown once');
  await administrator.follows(`Withdraw ${first_number}`);
  await administrator.presses('Withdraw it');
  assert.deepEqual([await answered(first), await answered(second)], [401, 200]);
  const { keys } = await administrator.asks('/api/v1/keys');
  const of = (wanted) => keys.find((key) => key.number === wanted);
  assert.ok(of(first_number).withdrawn_at && !of(second_number).withdrawn_at, JSON.stringify(keys));
  assert.equal(of(second_number).purpose, 'the ERP of the warehouse');
});
