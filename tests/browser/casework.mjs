// One bilan from the proposal to the receipt, with everybody in it: the consultant, the person, the entourage.
import { comeIn, copyLink, propose, signIn, toPhase } from "./case_opening.mjs";
import { answer, answerInTime, give, review } from "./case_questionnaires.mjs";
import { ask, openRound, rate, releaseRound } from "./case_entourage.mjs";
import { end, handOver, keepNotes, recordHours, writeSynthesis } from "./case_ending.mjs";
import { SECONDS } from "./fixtures.mjs";
import { tabTo } from "./keyboard.mjs";
import { paper } from "./paper.mjs";

const PERSON = "Sacha Lenoir";

const SECTIONS = {
  circumstances: "Dix ans dans le même atelier.",
  competences: "Organise, explique, tient les délais.",
  project: "Devenir responsable de formation.",
  steps: "Rencontrer trois personnes du métier.",
  training: "Une certification de formation d’adultes.",
};

export async function casework(page, checks, stage) {
  await signIn(page, stage);
  const bilan = await propose(page, checks, stage);
  const link = await copyLink(page, checks, bilan);
  const person = await stage.another("person");
  await comeIn(person, link);

  for (const phase of ["preliminary", "investigation"]) await toPhase(page, checks, bilan, phase);
  await give(page, checks, bilan, "timed-key-8", "Calculer");
  await give(page, checks, bilan, "likert-12", "Se situer");
  await answerInTime(person, "Calculer", SECONDS);
  await answer(person, "Se situer");
  await review(page, checks, bilan, checks.name.includes("-fr-") ? "Préparer" : "Planning");

  const round = await openRound(page, checks, bilan, "entourage-6-self/entourage-6-other", "Croiser les regards");
  await answer(person, "Croiser les regards");
  for (const name of ["Ada", "Noé"]) {
    await rate(await stage.another(`rater-${name}`), await ask(page, checks, round, name), PERSON);
  }
  // Two answers could be told apart: no group is large enough yet.
  await releaseRound(page, checks, round, "round-not-ready");
  await rate(await stage.another("rater-Lou"), await ask(page, checks, round, "Lou"), PERSON);
  await releaseRound(page, checks, round, "round-released");
  await beside(page, checks, bilan);

  await keepNotes(page, checks, bilan);
  await recordHours(page, checks, bilan);
  await writeSynthesis(page, checks, bilan, SECTIONS);
  await toPhase(page, checks, bilan, "conclusions");
  await handOver(page, checks, bilan);
  await read(person);

  await end(page, checks, bilan);
  await person.page.goto(`${stage.origin}/`);
  checks.expect((await person.page.locator("main a[href='/sign-in']").count()) === 1, "nothing is left for the person to open");
}

// The views of the entourage stand beside the person's own result.
async function beside(page, checks, bilan) {
  await page.goto(new URL(bilan, page.url()).href);
  const ways = await page.$$eval("main a[href^='/reviews/']", (found) => found.map((a) => a.getAttribute("href")));
  let n = 0;
  for (const way of ways) {
    await page.goto(new URL(way, page.url()).href);
    if ((await page.locator("#entourage-view").count()) === 0) continue;
    n += 1;
    await checks.look("review-with-entourage");
  }
  checks.expect(n === 1, `${n} results stand beside the views of others`);
}

// What the person has in hand at the end, on the screen and on paper.
async function read({ page, checks }) {
  await page.goto(new URL("/", page.url()).href);
  await checks.look("home-released");
  const results = await page.$$eval("main a[href^='/results/']", (found) => found.map((a) => a.getAttribute("href")));
  for (const way of results) {
    await page.goto(new URL(way, page.url()).href);
    await checks.look("restitution");
    await paper(page, checks, `restitution-${results.indexOf(way) + 1}`);
  }
  await page.goto(new URL("/synthesis", page.url()).href);
  await tabTo(page, "#remarks");
  await page.keyboard.type("Je garde aussi la piste associative.");
  await page.locator("form[action='/synthesis'] button").press("Enter");
  await page.waitForLoadState("load");
  await checks.look("synthesis");
  await paper(page, checks, "synthesis");
}
