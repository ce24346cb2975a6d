// Somebody at a page with a keyboard, who finds things by what they are called, and never by how they are made.

import assert from 'node:assert/strict';

/** Stops of the Tab key after which something is not to be reached. */
const STOPS = 150;

export class Person {
  constructor(page) {
    this.page = page;
  }

  /** Opens an address, as one that was written down. */
  async opens(address) {
    await this.page.goto(address);
  }

  /** Signs in by name and password. */
  async signs_in({ sign_in, password }) {
    await this.opens('/sign-in');
    await this.writes('Name', sign_in);
    await this.writes('Password', password, 'Enter');
    await this.reads('Sign out', 'header');
  }

  /** Follows a link. */
  async follows(name) {
    await this.#reaches('link', name);
    await this.#leads('Enter');
  }

  /** Presses a button that leads to a page. */
  async presses(name) {
    await this.#reaches('button', name);
    await this.#leads('Enter');
  }

  /** Writes into a field; `ends` is a key that sends it. */
  async writes(label, text, ends) {
    await this.#reaches('field', label);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
    if (ends) await this.#leads(ends);
  }

  /** Types where the focus is, and ends with Enter, as a scanner does. */
  async scans(text) {
    // The browser gives the focus shortly after the page is there.
    await this.page.waitForFunction(() => document.activeElement.matches('input'));
    await this.page.keyboard.type(text);
    await this.#leads('Enter');
  }

  /** Chooses one of several: Tab leads to the group, the arrows lead through it. */
  async chooses(label) {
    await this.#tabs((it) => it.kind === 'choice' && (it.name.startsWith(label) || it.group.some((name) => name.startsWith(label))), label);
    for (let step = 0; step < STOPS && !(await this.#focused()).name.startsWith(label); step += 1) {
      await this.page.keyboard.press('ArrowDown');
    }
    if (!(await this.#focused()).is_checked) await this.page.keyboard.press('Space');
    const it = await this.#focused();
    assert.ok(it.is_checked && it.name.startsWith(label), `${label} is chosen`);
  }

  /** Takes an option of a list: the beginning of its name is typed. */
  async picks(label, option) {
    await this.#reaches('field', label);
    await this.page.keyboard.type(option);
    const { value } = await this.#focused();
    assert.ok(value.startsWith(option), `${label}: ${value} instead of ${option}`);
  }

  /** Waits until the page says so, in its content unless elsewhere. */
  async reads(text, where = 'main') {
    const place = this.page.locator(where).first();
    await place.getByText(text).filter({ visible: true }).first().waitFor({ timeout: 10_000 }).catch(async () => {
      assert.fail(`${this.page.url()} does not say ${text}, but: ${(await place.innerText()).slice(0, 2000)}`);
    });
  }

  /** What stands behind a term of the page. */
  async finds(term) {
    const behind = this.page.locator('dt', { hasText: term }).first().locator('xpath=following-sibling::dd[1]');
    return (await behind.innerText()).trim();
  }

  /** What the interface for programs says at an address to whoever is signed in. */
  async asks(address) {
    const answer = await this.page.request.get(address);
    assert.equal(answer.status(), 200, `${address}: ${await answer.text()}`);
    return answer.json();
  }

  /** Gets to a link, button or field of that name by the Tab key alone. */
  async #reaches(kind, name) {
    await this.#tabs((it) => it.kind === kind && it.name.startsWith(name), name);
  }

  async #tabs(is_there, name) {
    for (let stop = 0; stop < STOPS; stop += 1) {
      if (is_there(await this.#focused())) return;
      await this.page.keyboard.press('Tab');
    }
    assert.fail(`the Tab key does not lead to ${name} on ${this.page.url()}`);
  }

  /** What has the focus: what it is, what it is called, and what the others of its group are called. */
  #focused() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      const name_of = (element) => (element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent).trim();
      const is_choice = at.matches('input[type=radio], input[type=checkbox]');
      const kinds = [['link', 'a[href]'], ['button', 'button'], ['field', 'input, select, textarea']];
      const group = at.type === 'radio' ? [...document.getElementsByName(at.name)].map(name_of) : [];
      return {
        kind: is_choice ? 'choice' : kinds.find(([, those]) => at.matches(those))?.[0],
        name: name_of(at),
        value: at.selectedOptions?.[0]?.textContent.trim() ?? '',
        is_checked: at.checked,
        group,
      };
    });
  }

  /** Presses a key that leads to another page, and waits for it. */
  async #leads(key) {
    const arrived = this.page.waitForEvent('framenavigated', { timeout: 15_000 });
    await this.page.keyboard.press(key);
    await arrived;
    await this.page.waitForLoadState();
  }
}
