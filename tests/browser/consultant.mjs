// The consultant's journey: sign in with a second factor, the desk, one bilan, a review, the synthesis, hours, the end.
import { press, tabTo } from "./keyboard.mjs";

export async function desk(page, checks, { origin, doors }) {
  await page.goto(`${origin}/sign-in`);
  await checks.look("sign-in");
  await tabTo(page, "#email");
  await page.keyboard.type("camille@demo.example");
  await tabTo(page, "#password");
  await page.keyboard.type("pas le bon mot de passe");
  await press(page, "main form button");
  await checks.look("sign-in-error");
  await tabTo(page, "#email");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("camille@demo.example");
  await tabTo(page, "#password");
  await page.keyboard.type("quatre mots pour essayer");
  await press(page, "main form button");
  await checks.look("second-factor");
  await tabTo(page, "main summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#recovery");
  await page.keyboard.type(doors.codes.shift());
  await press(page, "main form button");
  await checks.look("desk");
  const bilans = await page.$$eval("main a[href^='/bilans/']", (found) => [
    ...new Set(found.map((a) => a.getAttribute("href")).filter((href) => /^\/bilans\/[0-9a-f]{32}$/.test(href))),
  ]);
  checks.expect(bilans.length === 4, `${bilans.length} bilans`);
  await page.goto(`${origin}/bilans/new`);
  await checks.look("propose");
  await page.goto(`${origin}/follow-ups`);
  await checks.look("follow-ups");
  for (const bilan of bilans) {
    await page.goto(origin + bilan);
    await checks.look("bilan");
  }
  const reviews = [];
  for (const bilan of bilans) {
    await page.goto(origin + bilan);
    reviews.push(...(await page.$$eval("main a[href^='/reviews/']", (found) => found.map((a) => a.getAttribute("href")))));
    for (const rest of ["/questionnaires/new", "/synthesis", "/attendance", "/end"]) {
      const response = await page.goto(origin + bilan + rest);
      if (response.status() === 200) await checks.look(rest.slice(1));
    }
  }
  checks.expect(reviews.length > 0, "results to review");
  for (const review of new Set(reviews)) {
    await page.goto(origin + review);
    await checks.look("review");
  }
}
