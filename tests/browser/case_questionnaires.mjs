// Questionnaires: given with a purpose; a timed one answered under the clock until its time is over; another one answered in peace.
import { answerAll, answerPage, tick, type, wayBeside } from "./filling.mjs";
import { press } from "./keyboard.mjs";

export async function give(page, checks, bilan, instrument, purpose) {
  await page.goto(new URL(bilan, page.url()).href);
  await press(page, `a[href='${bilan}/questionnaires/new']`);
  await checks.look("choose");
  await press(page, `a[href$='instrument=${instrument}']`);
  await press(page, "main form.form button");
  await checks.look("give-error");
  await type(page, "#purpose", purpose);
  await press(page, "main form.form button");
  await checks.look("given");
}

async function open(page, checks, purpose) {
  await page.goto(new URL("/", page.url()).href);
  const lines = await page.$$eval("main .lines-of > li", (found) =>
    found.map((line) => [line.textContent, line.querySelector("a.button")?.getAttribute("href")]),
  );
  const way = lines.find(([text, href]) => href && text.includes(purpose))?.[1];
  if (!way) throw new Error(`nothing to answer for ${purpose}`);
  await press(page, `main a[href='${way}']`);
  await checks.look("opening");
  await press(page, "main form.form button");
}

async function send(page, checks) {
  await checks.look("before-sending");
  await press(page, "form[action$='/end'] button");
  await checks.look("sent");
}

export async function answer({ page, checks }, purpose) {
  await open(page, checks, purpose);
  await checks.look("answering");
  await answerAll(page);
  await send(page, checks);
}

// The first part is answered on one page; its time runs out on the next.
export async function answerInTime({ page, checks }, purpose, seconds) {
  await open(page, checks, purpose);
  const began = Date.now();
  await checks.look("timed");
  const clock = () => page.textContent("[data-clock]");
  const before = await clock();
  checks.expect(/\d/.test(before), `the time left is stated: ${before}`);
  if (checks.scripted) {
    await page.waitForFunction((was) => document.querySelector("[data-clock]").textContent !== was, before, { timeout: 5000 });
    checks.expect((await clock()) !== before, "the clock runs");
  } else {
    await page.waitForTimeout(1200);
    checks.expect((await clock()) === before, "without script the time left is stated, and does not move");
  }
  await answerPage(page);
  await press(page, ".move button[value=next]");
  checks.expect(page.url().includes("/page"), "the first page of the part is saved");
  if (checks.scripted) {
    // The clock sends the page itself when it comes to its end.
    await page.waitForSelector("[data-clock]", { state: "detached", timeout: seconds * 1000 + 10_000 });
    await page.waitForLoadState("load");
  } else {
    await page.waitForTimeout(Math.max(0, seconds * 1000 + 500 - (Date.now() - began)));
    await press(page, ".move button[value=next]");
  }
  await checks.look("time-over");
  await press(page, "main a.button");
  await checks.look("part-without-clock");
  checks.expect((await page.locator("[data-clock]").count()) === 0, "the second part has no clock");
  await answerAll(page);
  await send(page, checks);
}

// Reviews the result of a questionnaire and hands it over in an interview.
export async function review(page, checks, bilan, title) {
  await page.goto(new URL(bilan, page.url()).href);
  await checks.look("bilan-answered");
  await press(page, `a[href='${await wayBeside(page, title)}']`);
  await checks.look("review");
  const release = "form[action$='/release'] button";
  await press(page, release);
  await checks.look("release-error");
  await tick(page, "#in_interview");
  await press(page, release);
  await checks.look("released");
}
