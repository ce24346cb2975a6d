// The demonstration with its pages up, a sandbox, and a browser that looks at them.

import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts `tongguan demo` on a free port; gives its address, its people, where its data are, and how it is ended. */
export async function demonstration() {
  const made = await started(['demo', '--json', '--parcels', '240', '--exports', '40', '--data'], (text) => JSON.parse(text).pages);
  return { address: made.told.address, people: made.told.people, data: made.data, end: made.end };
}

/** Starts a sandbox on a free port; gives its address, and how it is ended. */
export async function sandbox() {
  const made = await started(['serve', '--sandbox'], (text) => text.match(/^served at (\S+)\n/)[1]);
  return { address: made.told, end: made.end };
}

/** Starts a service that knows what it is called, so that browsers have passkeys; gives its address, where its data are, and how it is ended. */
export async function service() {
  const port = await free_port();
  const address = `http://localhost:${port}`;
  const settings = `address = '${address}'\nlisten = '127.0.0.1:${port}'\n`;
  const made = await started(['serve'], (text) => text.match(/^served at (\S+)\n/)[1], settings);
  return { address, data: made.data, end: made.end };
}

/** A port that nobody uses. */
function free_port() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** What a command says as JSON. */
export async function said(command) {
  const { stdout } = await promisify(execFile)(process.env.TONGGUAN, [...command, '--json']);
  return JSON.parse(stdout);
}

/** Starts the program, with a fresh directory behind the command, or in its settings; `understood` reads what it prints once it is up. */
async function started(command, understood, settings) {
  const directory = await mkdtemp(path.join(tmpdir(), 'tongguan-browser-'));
  const data = path.join(directory, 'data');
  const file = path.join(directory, 'tongguan.toml');
  if (settings) {
    await mkdir(path.join(directory, 'trust'));
    await writeFile(file, `${settings}data = 'data'\n`);
  }
  const where = settings ? ['--config', file] : [data, '--listen', '127.0.0.1:0'];
  const child = spawn(process.env.TONGGUAN, [...command, ...where], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => { complaint += text; });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const told = await told_by(child.stdout, understood, ended, () => complaint);
  const end = async () => {
    const was_over = child.exitCode !== null || child.signalCode !== null;
    child.kill('SIGTERM');
    const status = await ended;
    await rm(directory, { recursive: true, force: true });
    if (was_over) throw new Error(`${command[0]} had ended by itself with ${status}: ${complaint}`);
    if (status !== 0) throw new Error(`${command[0]} ended with ${status}: ${complaint}`);
  };
  return { told, data, end };
}

/** What the program prints when it is up: one line. It is read on to its end, because a program that nobody reads ends. */
function told_by(out, understood, ended, complaint) {
  return new Promise((resolve, reject) => {
    let text = '';
    out.on('data', (part) => {
      text += part;
      if (!text.endsWith('\n')) return;
      try {
        resolve(understood(text));
      } catch (error) {
        reject(new Error(`the program printed something else: ${text}: ${error}`));
      }
    });
    ended.then(() => reject(new Error(`the program ended early: ${complaint()}`)));
  });
}

/** A browser; `--no-sandbox` because tests run as root in containers, on pages of our own. */
export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A window in which nobody has signed in. It refuses to load anything of elsewhere, and so do our pages. */
export async function window(browser, site, options = {}) {
  const context = await browser.newContext({ baseURL: site.address, locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  // Pages allow no script of elsewhere: the checker is put in by the browser's own protocol.
  await context.addInitScript({ content: axe });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`error: ${error.message}`));
  page.on('console', (message) => { if (message.type() === 'error') page.complaints.push(`console: ${message.text()}`); });
  return page;
}

/** Signs somebody of a role in. */
export async function sign_in(page, site, role) {
  const person = site.people.find((person) => person.role === role);
  await page.goto('/sign-in');
  await page.fill('#sign_in', person.sign_in);
  await page.fill('#password', person.password);
  await page.click('main button');
}

/** What axe-core finds serious on the page that is open. */
export async function serious(page) {
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, at: nodes.map((node) => node.html).slice(0, 3) }));
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}

/** Keeps a picture of the page that is open. */
export async function picture(page, name) {
  await mkdir(process.env.PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(process.env.PICTURES, `${name}.png`), fullPage: true });
}
