// The views of others: a round is opened, people are asked by links, each answers in a browser of her own; then it is released.
import { answerAll, choose, tick, type } from "./filling.mjs";
import { press } from "./keyboard.mjs";

export async function openRound(page, checks, bilan, pair, purpose) {
  await page.goto(new URL(bilan, page.url()).href);
  await press(page, `a[href='${bilan}/rounds/new']`);
  await press(page, "main form.form button");
  await checks.look("round-error");
  await choose(page, "pair", pair);
  await type(page, "#purpose", purpose);
  await press(page, "main form.form button");
  await checks.look("round-open");
  return new URL(page.url()).pathname;
}

// Asks somebody; the link to hand over.
export async function ask(page, checks, round, name) {
  await page.goto(new URL(round, page.url()).href);
  await type(page, "#name", name);
  await choose(page, "group", "peer");
  await press(page, `form[action='${round}/raters'] button`);
  await checks.look("rater-link");
  return (await page.textContent("main code.key")).trim();
}

// Somebody of the entourage: invitation, who asks, the form, thanks.
export async function rate({ page, checks }, link, about) {
  await page.goto(link);
  await checks.look("door");
  await press(page, "main form button");
  await checks.look("rater-home");
  checks.expect((await page.textContent("main")).includes(about), "it is said about whom she is asked");
  await press(page, "main a.button[href^='/questionnaires/']");
  await checks.look("rater-opening");
  await press(page, "main form.form button");
  await checks.look("rater-form");
  await answerAll(page);
  await checks.look("rater-before-sending");
  await press(page, "form[action$='/end'] button");
  await checks.look("thanks");
  await press(page, "main a.button");
  await checks.look("rater-done");
  checks.expect((await page.locator("main a.button").count()) === 0, "nothing is left to do");
}

export async function releaseRound(page, checks, round, label) {
  await page.goto(new URL(round, page.url()).href);
  await tick(page, "#once");
  await press(page, `form[action='${round}/release'] button`);
  await checks.look(label);
}
