// How a page is printed: the PDF is kept beside the screenshots; nothing to press is on it, nothing is cut.
import path from "node:path";

export async function paper(page, checks, label) {
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  // A4 without its margins.
  const size = page.viewportSize();
  await page.setViewportSize({ width: 643, height: 940 });
  const facts = await page.evaluate(() => {
    const isSeen = (element) => {
      const box = element.getBoundingClientRect();
      return box.width > 1 && box.height > 1 && (element.checkVisibility?.({ visibilityProperty: true }) ?? true);
    };
    const seen = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
    return {
      pressed: seen("nav, button, .button, input, textarea, select").map((element) => element.outerHTML.slice(0, 80)),
      cut: seen("svg, table").filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1).length,
      figures: seen("figure svg").length,
      background: getComputedStyle(document.body).backgroundColor,
      text: document.querySelector("main").innerText.trim().length,
    };
  });
  checks.expect(facts.pressed.length === 0, `${label}: on paper: ${facts.pressed.join(" ; ")}`);
  checks.expect(facts.cut === 0, `${label}: ${facts.cut} pictures or tables are cut on paper`);
  checks.expect(facts.background === "rgb(255, 255, 255)", `${label}: paper is ${facts.background}`);
  checks.expect(facts.text > 200, `${label}: ${facts.text} characters on paper`);
  const file = path.join(checks.shots, `${checks.name}-${label}-paper`.replaceAll(/[^\w.\-/]/g, "_"));
  await page.pdf({ path: `${file}.pdf`, preferCSSPageSize: true, printBackground: true });
  await page.setViewportSize(size);
  await page.emulateMedia({ media: "screen", colorScheme: checks.scheme });
  return facts;
}
