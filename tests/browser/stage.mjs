// Several people at once: each in a browser context of her own, looked at as the first one is.
import { Checks } from "./checks.mjs";

export class Stage {
  constructor(browser, demo, { label, shots, scripted, scheme, context }) {
    Object.assign(this, { browser, ...demo, label, shots, scripted, scheme, context, people: [] });
  }

  // Somebody who was never here.
  async another(name) {
    const context = await this.browser.newContext(this.context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const { origin, shots, scripted, scheme } = this;
    const checks = new Checks(page, { origin, name: `${this.label}-${name}`, shots, scripted, scheme });
    const person = { context, page, checks };
    this.people.push(person);
    return person;
  }

  // What was wrong with anybody's pages; everybody leaves.
  async close() {
    for (const { context } of this.people) await context.close();
    return {
      failures: this.people.flatMap(({ checks }) => checks.failures),
      seen: this.people.reduce((sum, { checks }) => sum + checks.seen, 0),
    };
  }
}
