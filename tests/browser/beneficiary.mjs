// The beneficiary's journey: from the link to the end, by keyboard alone.

import { press, tabTo } from "./keyboard.mjs";

export async function consent(page, checks, { doors }) {
  await page.goto(doors.proposed);
  await checks.look("door");
  await press(page, "main form button");
  await checks.look("consent");
  // Without the box the page says what is missing.
  await press(page, "form[action='/consent'] button");
  await checks.look("consent-error");
  checks.expect((await page.title()).match(/^(Erreur|Error)/), "the title says that something is wrong");
  await tabTo(page, "#agreed");
  await page.keyboard.press("Space");
  await press(page, "form[action='/consent'] button");
  await checks.look("home-empty");
  checks.expect(new URL(page.url()).pathname === "/", "consent leads home");
}

export async function answer(page, checks, { doors }) {
  await page.goto(doors.investigation);
  await press(page, "main form button");
  await checks.look("home");
  // The one that is begun is taken up where it stopped.
  await press(page, "main a.button[href^='/questionnaires/']");
  await checks.look("answering");
  for (let n = 0; n < 60; n += 1) {
    if (/\/end$/.test(page.url())) break;
    const kinds = await page.$$eval("[data-position]", (items) => items.map((item) => [item.dataset.position, item.dataset.kind]));
    for (const [position, kind] of kinds) {
      if (kind === "option") {
        await tabTo(page, `input[name="q${position}"]`);
        await page.keyboard.press("Space");
        await page.keyboard.press("ArrowRight");
      } else if (kind === "most-least") {
        await tabTo(page, `input[name="q${position}-most"]`);
        await page.keyboard.press("Space");
        await tabTo(page, `input[name="q${position}-least"]`);
        await page.keyboard.press("Space");
        await page.keyboard.press("ArrowDown");
      }
    }
    if (n === 0) await checks.look("answered");
    await press(page, ".move button[value=next]");
  }
  checks.expect(/\/end$/.test(page.url()), "all pages are answered");
  await checks.look("review");
  await press(page, "form[action$='/end'] button");
  await checks.look("sent");
}

export async function read(page, checks, { doors }) {
  await page.goto(doors.conclusions);
  await press(page, "main form button");
  await checks.look("home-released");
  const links = await page.$$eval("main a[href^='/results/']", (found) => found.map((a) => a.getAttribute("href")));
  checks.expect(links.length === 3, `${links.length} results`);
  for (const link of links) {
    await page.goto(new URL(link, page.url()).href);
    await checks.look("restitution");
  }
  await page.goto(new URL(`${links[0]}/sentences`, page.url()).href);
  await checks.look("sentences");
  for (const path of ["/synthesis", "/sharing", "/data", "/data/follow-up", "/account", "/help", "/rights", "/accessibility"]) {
    await page.goto(new URL(path, page.url()).href);
    await checks.look(path.slice(1));
  }
  await page.goto(new URL("/sharing", page.url()).href);
  await press(page, "form[action='/sharing'] button");
  await page.goto(new URL("/erasure", page.url()).href);
  await checks.look("erasure");
  await press(page, "form[action='/erasure'] button.danger");
  await checks.look("erasure-error");
  await tabTo(page, "#kept");
  await page.keyboard.press("Space");
  await press(page, "form[action='/erasure'] button.danger");
  await checks.look("erased");
}
