// What holds for every page: axe finds nothing, nothing leaves the server, nothing scrolls sideways, targets are large enough.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export class Checks {
  constructor(page, { origin, name, shots, scripted, scheme }) {
    Object.assign(this, { page, origin, name, shots, scripted, scheme, failures: [], number: 0, seen: 0 });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:")) this.fail(`asked ${url}`);
    });
    page.on("pageerror", (error) => this.fail(`script: ${error.message}`));
    page.on("response", (response) => {
      if (response.status() >= 500) this.fail(`${response.status()} at ${response.url()}`);
    });
  }

  fail(what) {
    this.failures.push(`${this.name}: ${what} (${this.page.url().replace(this.origin, "")})`);
  }

  expect(holds, what) {
    this.seen += 1;
    if (!holds) this.fail(what);
  }

  // What axe finds: everything in the color scheme of the journey, contrast in the other one too.
  async axe(label) {
    const run = (only) =>
      this.page.evaluate(
        async ([source, runOnly]) => {
          if (!window.axe) new Function(source)();
          const results = await window.axe.run(document, {
            runOnly,
            rules: { "color-contrast": { enabled: true }, "target-size": { enabled: true } },
          });
          return results.violations.map(
            (found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`,
          );
        },
        [`${axe}; window.axe = axe;`, only],
      );
    const other = this.scheme === "light" ? "dark" : "light";
    const findings = await run({ type: "tag", values: TAGS });
    await this.page.emulateMedia({ colorScheme: other });
    findings.push(...(await run({ type: "rule", values: ["color-contrast"] })).map((found) => `${other}: ${found}`));
    await this.page.emulateMedia({ colorScheme: this.scheme });
    for (const finding of findings) this.fail(`${label}: ${finding}`);
    this.seen += 1;
  }

  // Everything that must hold of the page as it stands.
  async look(label) {
    const { page } = this;
    // Axe needs the script engine of the page; without script the same pages are looked at by the facts below.
    if (this.scripted) await this.axe(label);
    const facts = await page.evaluate(() => {
      const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => Number(h.tagName[1]));
      const small = [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
        .filter((element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true)
        .filter((element) => !element.closest("p, li, td, dd, figcaption") || element.matches("button, input, select, summary"))
        .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && box.height > 0 && (box.width < 24 || box.height < 24))
        .map(([element]) => element.outerHTML.slice(0, 80));
      const within = (radio) => radio.closest("fieldset")?.querySelector(":scope > legend")?.textContent.trim();
      const loose = [...document.querySelectorAll("input[type=radio]")].filter((radio) => !within(radio)).map((radio) => radio.name);
      // What must be put right is said at its field, and the summary leads there.
      const told = (id) => document.getElementById(id)?.textContent.trim();
      const unsaid = [...document.querySelectorAll("[aria-invalid=true]")]
        .filter((field) => !(field.getAttribute("aria-describedby") ?? "").split(" ").some(told))
        .map((field) => field.id);
      const summary = document.querySelector("section.errors");
      const astray = summary
        ? [...summary.querySelectorAll("a")].filter((a) => !document.getElementById(a.hash.slice(1))).map((a) => a.hash)
        : [...document.querySelectorAll("[aria-invalid=true]")].map((field) => field.id);
      return {
        loose,
        unsaid,
        astray,
        h1: levels.filter((level) => level === 1).length,
        skips: levels.some((level, idx) => idx > 0 && level > levels[idx - 1] + 1),
        wide: document.documentElement.scrollWidth > window.innerWidth,
        small,
        lang: document.documentElement.lang,
      };
    });
    this.expect(facts.h1 === 1, `${label}: ${facts.h1} main headings`);
    this.expect(facts.loose.length === 0, `${label}: radios outside of a fieldset with a legend: ${facts.loose.join(" ")}`);
    this.expect(facts.unsaid.length === 0, `${label}: fields whose error is not said: ${facts.unsaid.join(" ")}`);
    this.expect(facts.astray.length === 0, `${label}: errors that no summary leads to: ${facts.astray.join(" ")}`);
    this.expect(!facts.skips, `${label}: headings skip a level`);
    this.expect(!facts.wide, `${label}: scrolls sideways`);
    this.expect(facts.small.length === 0, `${label}: targets under 24 px: ${facts.small.join(" ; ")}`);
    this.number += 1;
    const file = `${this.name}-${String(this.number).padStart(2, "0")}-${label}.png`.replaceAll(/[^\w.-]/g, "_");
    await page.screenshot({ path: path.join(this.shots, file), fullPage: true });
  }
}
