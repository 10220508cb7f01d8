// The network goes in the middle of a page: nothing that was acknowledged is lost, what is not sent stays in the page and nowhere else.
export async function cut(page, checks, { origin, doors }) {
  const context = page.context();
  await page.goto(doors.investigation);
  await page.click("main form button");
  await page.click("main a.button[href^='/questionnaires/']");
  const save = (position) =>
    page.waitForResponse((r) => r.url().endsWith(`/answers/${position}`) && r.request().method() === "PUT" && r.ok());
  const blocks = await page.$$eval("[data-position]", (items) => items.map((item) => item.dataset.position));
  const choose = async (position, most, least) => {
    await page.locator(`label:has(input[name="q${position}-most"][value="${most}"])`).click();
    await page.locator(`label:has(input[name="q${position}-least"][value="${least}"])`).click();
  };
  const first = save(blocks[0]);
  await choose(blocks[0], 1, 2);
  await first;
  await page.waitForFunction(() => document.querySelector("[data-status]").className.includes("saved"));

  await context.setOffline(true);
  await choose(blocks[1], 3, 1);
  await page.waitForFunction(() => document.querySelector("[data-status]").className.includes("offline"));
  await checks.look("offline");
  // Leaving would lose the answer: the page stays.
  await page.click(".move button[value=next]");
  checks.expect(page.url().includes("/page"), "without a network the page is not left");
  checks.expect(await page.locator(`input[name="q${blocks[1]}-most"][value="3"]`).isChecked(), "the answer stays in the page");
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  checks.expect(kept[0] === 0 && kept[1] === 0 && kept[2] === "", "nothing stands in the browser's storage");

  const second = save(blocks[1]);
  await context.setOffline(false);
  await second;
  await page.waitForFunction(() => document.querySelector("[data-status]").className.includes("saved"));
  await page.goto(`${origin}${new URL(page.url()).pathname}?from=${blocks[0]}`);
  checks.expect(await page.locator(`input[name="q${blocks[0]}-most"][value="1"]`).isChecked(), "the first answer is there");
  checks.expect(await page.locator(`input[name="q${blocks[1]}-most"][value="3"]`).isChecked(), "the second answer is there");
}

// Digits choose within the group that holds the focus, and nowhere else; the clock is shown.
export async function digits(page, checks, { doors }) {
  await page.goto(doors.investigation);
  await page.click("main form button");
  const links = await page.$$eval("main a.button[href^='/questionnaires/']", (found) => found.map((a) => a.getAttribute("href")));
  for (const link of links) {
    await page.goto(new URL(link, page.url()).href);
    if (!page.url().includes("/page")) await page.click("main form.form button");
    if (await page.locator('[data-kind="option"]').count()) break;
  }
  await page.locator('input[name="q1"]').first().focus();
  await page.keyboard.press("3");
  checks.expect(await page.locator('input[name="q1"][value="3"]').isChecked(), "3 chooses the third answer");
  await page.locator("main h1").evaluate((h1) => {
    document.activeElement.blur();
    return h1.textContent;
  });
  await page.keyboard.press("5");
  checks.expect(!(await page.locator('input[name="q2"][value="5"]').isChecked()), "digits outside a group choose nothing");
}
