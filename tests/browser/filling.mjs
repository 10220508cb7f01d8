// Filling in forms by keyboard: fields, boxes, radios, and the pages of a questionnaire.
import { press, tabTo } from "./keyboard.mjs";

export async function type(page, selector, text) {
  await tabTo(page, selector);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

export async function tick(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press("Space");
}

// Chooses one of a group of radios: Tab reaches the group, the arrows its members.
export async function choose(page, name, value) {
  await tabTo(page, `input[name="${name}"]`);
  await page.keyboard.press("Space");
  const n = await page.locator(`input[name="${name}"]`).count();
  for (let presses = 0; presses < n; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement.value === wanted, value)) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`${value} is not among ${name} on ${page.url()}`);
}

// The address of the button beside a heading that holds some words.
export async function wayBeside(page, words) {
  const found = await page.$$eval(
    "main li",
    (lines, wanted) =>
      lines
        .filter((line) => line.querySelector("h2, h3")?.textContent.includes(wanted))
        .map((line) => line.querySelector("a.button")?.getAttribute("href"))
        .find(Boolean),
    words,
  );
  if (!found) throw new Error(`no button beside ${words} on ${page.url()}`);
  return found;
}

// Answers what the page asks for: every choice with an option that differs from the one before.
export async function answerPage(page) {
  const names = await page.$$eval('[data-kind="option"]', (items) => items.map((item) => `q${item.dataset.position}`));
  for (const [idx, name] of names.entries()) {
    await tabTo(page, `input[name="${name}"]`);
    await page.keyboard.press("Space");
    for (let presses = 0; presses < idx % 3; presses += 1) await page.keyboard.press("ArrowDown");
  }
}

// Answers page after page, up to the one that asks to send.
export async function answerAll(page, most = 40) {
  for (let n = 0; n < most; n += 1) {
    if (/\/end$/.test(page.url())) return;
    await answerPage(page);
    await press(page, ".move button[value=next]");
  }
  throw new Error(`the questionnaire does not end: ${page.url()}`);
}
