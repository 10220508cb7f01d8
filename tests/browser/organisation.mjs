// The journey of an organisation's clerk, by keyboard: sign in, declare, send a file, its columns, the check, the scores; a norm; a token.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { choose, tick, type } from "./filling.mjs";
import { chooseFromEnd, press, typeDay } from "./keyboard.mjs";
import { signIn } from "./signing.mjs";

// Sends the simulated file for a questionnaire compared with a norm; the page of its columns comes.
async function send(page, checks, origin, file, norm) {
  await page.goto(`${origin}/files/new?instrument=ipip-neo-120`);
  if (checks) await checks.look("compare");
  if (norm) await choose(page, "norm", norm);
  else await tick(page, "#norm");
  await press(page, "main form button");
  if (checks) await checks.look("upload");
  await page.setInputFiles("#file", file);
  await press(page, "form[action$='/input'] button");
}

async function check(page) {
  await press(page, "form[action$='/columns'] button");
}

export async function file(page, checks, { origin, doors }) {
  await signIn(page, origin, "organisation@demo.example", doors.clerkCodes.shift());
  await checks.look("desk-empty");
  const sample = await page.request.get(`${origin}/files/sample`);
  checks.expect(sample.status() === 200, "a simulated file can be had");
  const file = path.join(mkdtempSync(path.join(tmpdir(), "bilan-")), "reponses.csv");
  writeFileSync(file, await sample.body());

  await press(page, "main a[href='/files/new']");
  await checks.look("declaration");
  await press(page, "form[action='/declaration'] button");
  await checks.look("declaration-error");
  await tick(page, "#ground");
  await type(page, "#text", "Lignes simulées.");
  await press(page, "form[action='/declaration'] button");
  await checks.look("choose");

  await send(page, checks, origin, file, "johnson-2014");
  await checks.look("columns");
  await check(page);
  await checks.look("columns-error");
  checks.expect((await page.title()).match(/^(Erreur|Error)/), "the title says that something is wrong");
  await chooseFromEnd(page, "#first", 1);
  await check(page);
  checks.expect(/\/check$/.test(page.url()), "the columns lead to the check");
  await checks.look("check");
  const rejected = await page.$$("section[aria-labelledby=rejects] tbody tr");
  checks.expect(rejected.length === 2, `${rejected.length} reasons to reject rows are shown`);

  // The code that means "not answered" is named.
  await press(page, "main a[href$='/columns']");
  await type(page, "#missing", "9");
  await check(page);
  checks.expect((await page.$$("section[aria-labelledby=rejects] tbody tr")).length === 1, "one value is still wrong");
  await press(page, "form[action$='/start'] button");
  if (await page.$("progress")) await checks.look("running");
  for (let n = 0; n < 60 && (await page.$("progress")); n += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  await checks.look("done");
  const href = await page.getAttribute("main a[download]", "href");
  const scores = await page.request.get(origin + href);
  checks.expect((await scores.text()).trim().split("\n").length === 401, "a row of scores for each person");
  await page.goto(origin);
  await checks.look("desk");
}

export async function norm(page, checks, { origin, doors }) {
  await signIn(page, origin, "organisation@demo.example", doors.clerkCodes.shift());
  await page.goto(`${origin}/norms`);
  await checks.look("norms");
  await press(page, "main a[href='/norms/ipip-neo-120/johnson-2014']");
  await checks.look("norm");
  const sample = await (await page.request.get(`${origin}/files/sample`)).text();
  const file = path.join(mkdtempSync(path.join(tmpdir(), "bilan-")), "norme.csv");
  writeFileSync(file, sample.replace(";oui;", ";3;"));
  await send(page, null, origin, file);
  await chooseFromEnd(page, "#first", 1);
  await type(page, "#missing", "9");
  await check(page);
  await press(page, "main a[href$='/norm']");
  await checks.look("norm-new");
  await press(page, "form[action$='/norm'] button");
  await checks.look("norm-new-error");
  await type(page, "#title", "Norme simulée");
  await type(page, "#population", "Personne : réponses simulées.");
  await typeDay(page, "#from", "2026-01-01");
  await typeDay(page, "#to_day", "2026-06-30");
  await tick(page, "#by_sex");
  await tick(page, "#agreed");
  await press(page, "form[action$='/norm'] button");
  checks.expect(/\/norms\/ipip-neo-120\/local-/.test(page.url()), "the norm has its card");
  await checks.look("norm-own");
  await page.goto(`${origin}/tokens`);
  await press(page, "form[action='/tokens'] button");
  await checks.look("tokens-error");
  await type(page, "#label", "Programme du soir");
  await tick(page, "#scopes");
  await press(page, "form[action='/tokens'] button");
  await checks.look("token");
  await press(page, "main a[href='/tokens'].button");
  await checks.look("tokens");
}
