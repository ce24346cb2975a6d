// A clerk files goods by CSV, an officer reviews, and the goods are in the registry.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, demonstration, picture, serious, sign_in, window } from './site.mjs';

const HEADER = '企业商品货号,商品编码,商品名称,规格型号,计量单位,法定计量单位,法定数量,净重';
const GOOD = ['JOURNEY-1,3304990029,护手霜,30ml/支,件,千克,0.03,0.03', 'JOURNEY-2,3304990029,护发素,200ml/瓶,件,千克,0.2,0.2'];
const BAD = 'JOURNEY-3,33049,洗发水,200ml/瓶,件,千克,0.2,0.2';

let site;
let chromium;

before(async () => { [site, chromium] = await Promise.all([demonstration(), browser()]); });
after(async () => { await chromium?.close(); await site?.end(); });

/** Sends a file of these rows. */
async function import_file(page, rows) {
  await page.goto('/filings/import');
  await page.setInputFiles('#file', { name: 'goods.csv', mimeType: 'text/csv', buffer: Buffer.from([HEADER, ...rows].join('\r\n')) });
  await page.click('main button');
}

test('a clerk files goods by CSV, an officer reviews, the goods are in the registry', async () => {
  const clerk = await window(chromium, site);
  await sign_in(clerk, site, 'clerk');
  await import_file(clerk, [...GOOD, BAD]);
  assert.match(await clerk.textContent('main'), /0 rows were filed, 3 were not/);
  assert.match(await clerk.textContent('tbody tr'), /4.*JOURNEY-3.*gcode/s, 'the wrong row stands first');
  assert.deepEqual(await serious(clerk), []);
  await picture(clerk, 'journey-filing-report');
  await import_file(clerk, GOOD);
  assert.match(await clerk.textContent('main'), /2 rows were filed, 0 were not/);
  // A page that says what is wrong is answered by 422, which the browser notes.
  assert.deepEqual(clerk.complaints.filter((it) => !it.includes('422')), []);

  const officer = await window(chromium, site);
  await sign_in(officer, site, 'officer');
  await officer.click('nav.main a[href="/filing-review"]');
  await officer.selectOption('#kind', 'goods');
  await officer.click('form.row button');
  const row = (item) => officer.locator('tbody tr', { hasText: item });
  await row('JOURNEY-1').locator('a').first().click();
  await officer.click('text=Take it up');
  await officer.check('#decision-approve');
  await officer.fill('#gcode', '3304990039');
  await officer.click('section#review form.stacked button');
  assert.match(await officer.textContent('[role=alert]'), /give the reason/);
  await officer.check('#decision-approve');
  await officer.fill('#reason', '按成分归入其他编码');
  await officer.click('section#review form.stacked button');
  assert.match(await officer.textContent('main'), /It is decided/);
  assert.deepEqual(await serious(officer), []);
  await picture(officer, 'journey-filing-decided');
  await officer.goto('/filing-review');
  await row('JOURNEY-2').locator('input').check();
  await officer.click('text=List them, then confirm');
  await officer.click('text=Confirm and carry it out');
  assert.match(await officer.textContent('main'), /1 were decided, 0 were not/);
  assert.deepEqual(officer.complaints.filter((it) => !it.includes('409')), []);

  await clerk.goto('/goods');
  const registered = (item) => clerk.locator('tbody tr', { hasText: item });
  assert.match(await registered('JOURNEY-1').textContent(), /3304990039.*stands/s);
  assert.match(await registered('JOURNEY-2').textContent(), /3304990029.*stands/s);
  assert.equal(await registered('JOURNEY-3').count(), 0);
  await registered('JOURNEY-1').locator('a').click();
  assert.match(await clerk.textContent('main'), /other than proposed/);
  assert.match(await clerk.textContent('main'), /按成分归入其他编码/);
  await clerk.context().close();
  await officer.context().close();
});
