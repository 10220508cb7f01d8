// The administrator's journey: the overview, an organisation, somebody of staff, tokens, what is kept, checks, papers, copies.
import { press, tabTo } from "./keyboard.mjs";
import { signIn } from "./signing.mjs";

export async function administer(page, checks, { origin, doors }) {
  await signIn(page, origin, "administration@demo.example", doors.administratorCodes.shift());
  await checks.look("overview");
  await press(page, "main a[href='/administration/houses']");
  await checks.look("houses");
  await press(page, "form[action='/administration/houses'] button");
  await checks.look("houses-error");
  checks.expect((await page.title()).match(/^(Erreur|Error)/), "the title says that something is wrong");
  await tabTo(page, "#kind");
  await page.keyboard.press("Space");
  await tabTo(page, "#name");
  await page.keyboard.type("Atelier des métiers");
  await press(page, "form[action='/administration/houses'] button");
  await checks.look("house-empty");
  const house = new URL(page.url()).pathname;
  checks.expect(/^\/administration\/houses\/[0-9a-f]{32}$/.test(house), `an organisation is made: ${house}`);
  await press(page, "main form button");
  await checks.look("house-error");
  await tabTo(page, "#name");
  await page.keyboard.type("Noa Perrin");
  await tabTo(page, "#email");
  await page.keyboard.type("noa@demo.example");
  await tabTo(page, "#role");
  await page.keyboard.press("Space");
  await press(page, "main form button");
  await checks.look("link");
  checks.expect((await page.textContent("main code")).includes("/enter/"), "a link to copy");
  await press(page, "main a.button");
  await checks.look("person-invited");
  const person = new URL(page.url()).pathname;
  await page.goto(`${origin}${person}/qualifications`);
  await checks.look("qualifications");
  await tabTo(page, "input[name=instrument]");
  await page.keyboard.press("Space");
  await press(page, "main form button");
  await checks.look("qualifications-error");
  await page.keyboard.press("Tab");
  for (const step of ["reset", "closing"]) {
    await page.goto(`${origin}${person}/${step}`);
    await checks.look(step);
    await press(page, "main form button");
    await checks.look(`${step}-error`);
  }
  await tabTo(page, "#agreed");
  await page.keyboard.press("Space");
  await press(page, "main form button");
  await checks.look("person-closed");
  await page.goto(`${origin}${house}`);
  await checks.look("house");
  await page.goto(`${origin}${house}/tokens`);
  await checks.look("tokens-empty");
  await press(page, "main form button");
  await checks.look("tokens-error");
  await tabTo(page, "#label");
  await page.keyboard.type("Import de nuit");
  await tabTo(page, "#scope");
  await page.keyboard.press("Space");
  await press(page, "main form button");
  await checks.look("token");
  await press(page, "main a.button");
  await tabTo(page, "main summary");
  await page.keyboard.press("Enter");
  await checks.look("tokens");
  await page.goto(`${origin}/administration/retention`);
  await checks.look("retention");
  await page.goto(`${origin}/administration/checks`);
  await checks.look("checks");
  await press(page, "form:has(input[value=log]) button");
  await checks.look("checks-log");
  checks.expect((await page.locator("main .note.ok").count()) === 1, "the log is whole");
  await press(page, "form:has(input[value=receipts]) button");
  await checks.look("checks-receipts");
  for (const rest of ["papers/register", "papers/dpia", "backups"]) {
    await page.goto(`${origin}/administration/${rest}`);
    await checks.look(rest);
  }
  await page.goto(`${origin}/administration/people/${"0".repeat(32)}`);
  await checks.look("nobody");
}
