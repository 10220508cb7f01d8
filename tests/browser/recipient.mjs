// Whoever reads a part of a bilan: somebody with whom it is shared, an employer, and the person who answers after its end.
import { press, tabTo } from "./keyboard.mjs";
import { signIn } from "./signing.mjs";

export async function shared(page, checks, { origin, doors }) {
  await page.goto(doors.share);
  await checks.look("door");
  await tabTo(page, "#code");
  await page.keyboard.type(doors.shareCode === "000000" ? "111111" : "000000");
  await press(page, "main form button");
  await checks.look("door-error");
  await tabTo(page, "#code");
  await page.keyboard.type(doors.shareCode);
  await press(page, "main form button");
  await checks.look("shared");
  const papers = await page.$$eval("main a[href^='/shared/']", (found) => found.map((a) => a.getAttribute("href")));
  checks.expect(papers.length === 4, `${papers.length} documents are shared`);
  for (const paper of papers) {
    await page.goto(origin + paper);
    await checks.look(paper.split("/")[2]);
  }
  const html = await page.$eval("main a[href*='.html']", (a) => a.href);
  const document = await page.request.get(html);
  checks.expect(document.ok(), `${document.status()} for the document as a page`);
  // Left for too long: nothing to sign in with, and the page says so.
  await page.context().clearCookies();
  await page.goto(origin + papers[0]);
  checks.expect(new URL(page.url()).pathname === "/share-over", "whoever reads no more is told so");
  await checks.look("over");
}

export async function employer(page, checks, { origin, doors }) {
  await signIn(page, origin, "employeur@demo.example", doors.employerCodes.shift());
  await checks.look("employer");
  checks.expect((await page.locator("main h3").count()) === 1, "one bilan is shown");
  checks.expect(!(await page.textContent("main")).includes("Sacha"), "and no name");
}

export async function followUp(page, checks, { origin, doors }) {
  const code = new URL(doors.followUp).hash.slice(1);
  await page.goto(`${origin}/follow-up`);
  await press(page, "main form button");
  await checks.look("code-error");
  await page.goto("about:blank");
  await page.goto(doors.followUp);
  await checks.look("code");
  if (checks.scripted) {
    checks.expect((await page.inputValue("#token")) === code, "the code of the link is in the field");
    checks.expect(!page.url().includes("bif_"), "and out of the address bar");
  } else {
    await tabTo(page, "#token");
    await page.keyboard.type(code);
  }
  await press(page, "main form button");
  await checks.look("questions");
  await press(page, "form[action='/follow-up/answers'] button");
  await checks.look("questions-error");
  await tabTo(page, "main textarea");
  await page.keyboard.type("Il m’a aidé à choisir.");
  await press(page, "form[action='/follow-up/answers'] button");
  await checks.look("thanks");
  await page.goto("about:blank");
  await page.goto(doors.followUp);
  if (!checks.scripted) {
    await tabTo(page, "#token");
    await page.keyboard.type(code);
  }
  await press(page, "main form button");
  checks.expect((await page.inputValue("main textarea")).length > 0, "what was answered is there");
  await tabTo(page, "main summary");
  await page.keyboard.press("Enter");
  await press(page, "form[action='/follow-up/withdrawal'] button");
  await checks.look("withdrawal-error");
  await tabTo(page, "#sure");
  await page.keyboard.press("Space");
  await press(page, "form[action='/follow-up/withdrawal'] button");
  await checks.look("withdrawn");
}
