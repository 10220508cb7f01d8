// A bilan begins: it is proposed, the link is copied, the person comes in and agrees.
import { choose, tick, type } from "./filling.mjs";
import { press } from "./keyboard.mjs";
import { signIn as signInAs } from "./signing.mjs";

export const signIn = (page, { origin, doors }) => signInAs(page, origin, "camille@demo.example", doors.codes.shift());

// Proposes a bilan; the address of the bilan.
export async function propose(page, checks, { origin }) {
  await page.goto(`${origin}/`);
  await press(page, "main a[href='/bilans/new']");
  await press(page, "main form.form button");
  await checks.look("proposal-error");
  await choose(page, "funding", "employer");
  await type(page, "#employer", "Une maison inconnue");
  await press(page, "main form.form button");
  await checks.look("proposal-employer-error");
  await page.goto(`${origin}/bilans/new`);
  await type(page, "#name", "Sacha Lenoir");
  await press(page, "main form.form button");
  await checks.look("proposed");
  return new URL(page.url()).pathname;
}

// Makes the invitation and copies its link.
export async function copyLink(page, checks, bilan) {
  await press(page, `form[action='${bilan}/invitation'] button`);
  await checks.look("link-to-hand-over");
  const link = (await page.textContent("main code.key")).trim();
  const text = await page.inputValue("#text");
  checks.expect(text.includes(link), "the text to copy holds the link");
  await press(page, "main .actions a");
  return link;
}

export async function comeIn({ page, checks }, link) {
  await page.goto(link);
  await checks.look("door");
  await press(page, "main form button");
  await checks.look("consent");
  await tick(page, "#agreed");
  await press(page, "form[action='/consent'] button");
  await checks.look("home-empty");
}

export async function toPhase(page, checks, bilan, phase) {
  await page.goto(new URL(bilan, page.url()).href);
  await press(page, `form[action='${bilan}/phase']:has(input[value='${phase}']) button`);
  await checks.look(`phase-${phase}`);
}
