// The last phase: notes, hours, the synthesis, everything handed over, the end with its receipt.
import { choose, tick, type } from "./filling.mjs";
import { press, typeDay, typeMorning } from "./keyboard.mjs";

export async function keepNotes(page, checks, bilan) {
  await page.goto(new URL(`${bilan}/notes`, page.url()).href);
  await checks.look("notes-empty");
  await type(page, "#text", "Hésite entre deux voies.");
  await press(page, "main form.form button");
  await press(page, `a[href='${bilan}/notes']`);
  await checks.look("notes");
  await press(page, `a[href^='${bilan}/notes/']`);
  await checks.look("note");
}

// A meeting is recorded twice, and one of the two withdrawn.
export async function recordHours(page, checks, bilan) {
  await page.goto(new URL(`${bilan}/attendance`, page.url()).href);
  const yesterday = new Date(Date.now() - 36 * 3_600_000).toISOString().slice(0, 10);
  for (let n = 0; n < 2; n += 1) {
    await press(page, "main form.form button");
    if (n === 0) await checks.look("attendance-error");
    await typeDay(page, "#date", yesterday);
    await typeMorning(page, "#from", "09:00");
    await typeMorning(page, "#to", "10:30");
    await choose(page, "kind", "meeting");
    await press(page, "main form.form button");
  }
  await checks.look("attendance");
  await press(page, `a[href$='/withdrawal']`);
  await press(page, "main form.form button");
  await checks.look("withdrawal-error");
  await choose(page, "reason", "recorded-twice");
  await press(page, "main form.form button");
  await checks.look("attendance-corrected");
  checks.expect((await page.locator("tr.withdrawn").count()) === 1, "one meeting is withdrawn");
}

export async function writeSynthesis(page, checks, bilan, sections) {
  await page.goto(new URL(`${bilan}/synthesis`, page.url()).href);
  for (const [id, text] of Object.entries(sections)) await type(page, `#${id}`, text);
  await press(page, `form[action='${bilan}/synthesis'] button`);
  await checks.look("synthesis-written");
}

export async function handOver(page, checks, bilan) {
  await page.goto(new URL(`${bilan}/synthesis`, page.url()).href);
  const release = `form[action='${bilan}/synthesis/release'] button`;
  await press(page, release);
  await checks.look("hand-over-error");
  await tick(page, "#everything");
  await press(page, release);
  await checks.look("handed-over");
}

export async function end(page, checks, bilan) {
  await page.goto(new URL(`${bilan}/end`, page.url()).href);
  await checks.look("end");
  const button = `form[action='${bilan}/end'] button`;
  await press(page, button);
  await checks.look("end-error");
  await tick(page, "#understood");
  await press(page, button);
  await checks.look("receipt");
  checks.expect(/\/ended\//.test(page.url()), "the receipt follows");
}
