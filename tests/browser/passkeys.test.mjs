// Passkeys, with an authenticator that the browser makes of software.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser as start, picture, said, serious, service, window } from './site.mjs';

const PASSWORD = 'seven green parcels sail';

let site;
let browser;

before(async () => {
  [site, browser] = await Promise.all([service(), start()]);
});

after(async () => {
  await browser?.close();
  await site?.end();
});

/** Gives the browser an authenticator; `knows` is whether it knows who is there. */
async function authenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  return (isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
}

test('an auditor adds a passkey as second factor, and then signs in by it alone', async () => {
  const added = ['people', 'add', 'wu.fang', '--name', '吴', '--role', 'auditor', '--data', site.data];
  const { code } = await said(added);
  const page = await window(browser, site);
  const known = await authenticator(page);
  await page.goto(`/invitation/${code}`);
  await page.fill('#password', PASSWORD);
  await page.fill('#again', PASSWORD);
  await page.click('main button');
  await page.fill('#sign_in', 'wu.fang');
  await page.fill('#password', PASSWORD);
  await page.click('form[action="/sign-in"] button');
  await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
  assert.deepEqual(await serious(page), []);
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.waitForURL(`${site.address}/`);

  await page.goto('/account');
  assert.equal(await page.getByRole('region', { name: 'Passkeys' }).locator('tbody tr').count(), 1);
  assert.deepEqual(await serious(page), []);
  await picture(page, 'account-with-passkey-en');
  await page.getByRole('button', { name: 'Remove laptop' }).click();
  await page.getByText('add another one before you take this one away').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto('/sign-in?next=/account');
  assert.deepEqual(await serious(page), []);
  // Whoever is not verified by his device is told so, and stays where he is.
  await known(false);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('No passkey has answered').waitFor();
  await known(true);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(`${site.address}/account`);
  await page.getByRole('button', { name: 'Sign out' }).click();

  await page.goto('/sign-in?next=/account');
  await page.fill('#sign_in', 'wu.fang');
  await page.fill('#password', PASSWORD);
  await page.click('form[action="/sign-in"] button');
  await page.getByRole('heading', { name: 'Show your passkey' }).waitFor();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(`${site.address}/account`);
  assert.deepEqual(page.complaints.filter((it) => !it.includes('422')), []);
});

test('who has no JavaScript sees nothing of passkeys, and signs in with password and code', async () => {
  const page = await window(browser, site, { javaScriptEnabled: false });
  await page.goto('/sign-in');
  assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0);
  assert.ok(await page.locator('form[action="/sign-in"] button').isVisible());
});
