// The pages in a real Chromium: every journey in French and English, with and without script, at 320 and 1,280 px.
// Usage: node run.mjs PROGRAM FOLDER   (the folder gets the screenshots)
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import * as administration from "./administration.mjs";
import * as beneficiary from "./beneficiary.mjs";
import { casework } from "./casework.mjs";
import { Checks } from "./checks.mjs";
import * as consultant from "./consultant.mjs";
import { startDemo } from "./demo.mjs";
import { fixtures } from "./fixtures.mjs";
import * as network from "./network.mjs";
import * as organisation from "./organisation.mjs";
import * as recipient from "./recipient.mjs";
import { report } from "./speed.mjs";
import { Stage } from "./stage.mjs";

const [program, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
// Its own language decides how days and times are typed; that of the pages is each context's.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--lang=en-US"] });

// BROWSER_QUICK plays one round, for work on the pages; BROWSER_ROUND says which, BROWSER_ONLY plays the journeys that it names.
const quick = Boolean(process.env.BROWSER_QUICK);
const round = Number(process.env.BROWSER_ROUND ?? 0);
const only = process.env.BROWSER_ONLY?.split(",");
// What the beneficiary erases at the end is shared before.
const JOURNEYS = { ...consultant, ...administration, ...recipient, ...organisation, ...beneficiary };
const SCRIPTED = { ...network };
// With a demonstration of their own, and short questionnaires.
const CASES = { casework };
const INSTRUMENTS = fixtures(`${shots}/../instruments`);
const failures = [];
let seen = 0;
let played = 0;

async function play(name, journey, demo, options) {
  if (only && !only.includes(name)) return;
  const { language, scripted, width, scheme } = options;
  const terms = {
    javaScriptEnabled: scripted,
    viewport: { width, height: 800 },
    colorScheme: scheme,
    locale: language === "fr" ? "fr-FR" : "en-GB",
    reducedMotion: "reduce",
  };
  const context = await browser.newContext(terms);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const label = `${name}-${language}-${scripted ? "js" : "nojs"}-${width}-${scheme}`;
  const checks = new Checks(page, { origin: demo.origin, name: label, shots, scripted, scheme });
  const stage = new Stage(browser, demo, { label, shots, scripted, scheme, context: terms });
  try {
    await journey(page, checks, stage);
  } catch (error) {
    checks.fail(error.message.split("\n")[0]);
    await page.screenshot({ path: `${shots}/${label}-failed.png`, fullPage: true }).catch(() => {});
  }
  const others = await stage.close();
  failures.push(...checks.failures, ...others.failures);
  seen += checks.seen + others.seen;
  played += 1;
  await context.close();
}

// Each language is played with and without script, at both widths; axe looks at both color schemes of every page.
const ROUNDS = [
  ["fr", true, 1280, "light"],
  ["fr", false, 320, "dark"],
  ["en", true, 320, "dark"],
  ["en", false, 1280, "light"],
];

for (const [language, scripted, width, scheme] of ROUNDS.slice(quick ? round : 0, quick ? round + 1 : ROUNDS.length)) {
  // Links open once: each round has a demonstration of its own.
  const demo = await startDemo(program, language);
  for (const [name, journey] of Object.entries(JOURNEYS)) {
    await play(name, journey, demo, { language, scripted, width, scheme });
  }
  demo.stop();
  for (const [name, journey] of Object.entries(CASES)) {
    const own = await startDemo(program, language, ["--instruments", INSTRUMENTS]);
    await play(name, journey, own, { language, scripted, width, scheme });
    own.stop();
  }
  if (!scripted) continue;
  for (const [name, journey] of Object.entries(SCRIPTED)) {
    const own = await startDemo(program, language);
    await play(name, journey, own, { language, scripted, width, scheme });
    own.stop();
  }
}
if (!only || only.includes("speed")) {
  const timed = await startDemo(program, "fr");
  for (const line of await report(browser, timed)) console.log(`speed: ${line}`);
  timed.stop();
}
await browser.close();
for (const failure of failures) console.error(failure);
console.log(`browser: ${played} journeys, ${seen} checks, ${failures.length} failures`);
process.exit(failures.length === 0 && seen > 0 ? 0 : 1);
