// How fast pages come: median of 20 for each, as the server answers and as the browser has loaded the first one. Reported, not judged.
import { signIn } from "./case_opening.mjs";

const TIMES = 20;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[TIMES / 2 - 1] + sorted[TIMES / 2]) / 2;
};

async function answered(url, headers) {
  const times = [];
  let bytes = 0;
  while (times.length < TIMES) {
    const began = performance.now();
    const response = await fetch(url, { headers, redirect: "manual" });
    bytes = (await response.arrayBuffer()).byteLength;
    const took = performance.now() - began;
    if (response.status === 429) {
      // Nobody may ask so often; it is waited as told, and not counted.
      await new Promise((go) => setTimeout(go, 1000 * Number(response.headers.get("retry-after") ?? 1)));
      continue;
    }
    times.push(took);
    if (response.status !== 200) throw new Error(`${response.status} at ${url}`);
  }
  return { ms: median(times), bytes };
}

// The first page in a browser that has nothing of it.
async function loaded(browser, origin) {
  const times = [];
  for (let n = 0; n < TIMES; n += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    times.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
    await context.close();
  }
  return median(times);
}

const cookie = async (context) => (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");

async function asPerson(browser, demo) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(demo.doors.conclusions);
  await page.click("main form button");
  const way = await page.getAttribute("main a[href^='/results/']", "href");
  const headers = { cookie: await cookie(context) };
  await context.close();
  return { headers, pages: ["/", way, "/synthesis", "/data"] };
}

async function asConsultant(browser, demo) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, demo);
  const bilan = await page.getAttribute("main h3 a[href^='/bilans/']", "href");
  const headers = { cookie: await cookie(context) };
  await context.close();
  return { headers, pages: ["/", "/bilans/new", bilan] };
}

export async function report(browser, demo) {
  const lines = [`first page loaded in an empty browser: ${(await loaded(browser, demo.origin)).toFixed(0)} ms`];
  const groups = [
    ["anybody", { headers: {}, pages: ["/", "/sign-in", "/rights", "/assets/bilan.css"] }],
    ["the person", await asPerson(browser, demo)],
    ["the consultant", await asConsultant(browser, demo)],
  ];
  for (const [who, { headers, pages }] of groups) {
    for (const path of pages) {
      const { ms, bytes } = await answered(`${demo.origin}${path}`, headers);
      lines.push(`${who} ${path.replaceAll(/[0-9a-f]{32}/g, "…")}: ${ms.toFixed(1)} ms, ${bytes} bytes`);
    }
  }
  return lines;
}
