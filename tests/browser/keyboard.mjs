// What somebody without a mouse does.

// Whether the focus is on an element, and what hides it: it is outside the window, or something lies over all of it.
const look = (selector) => {
  const element = document.activeElement;
  if (!element || element === document.body) return { there: false, hidden: null };
  const shown = element.matches("input[type=radio], input[type=checkbox]") ? (element.closest("label") ?? element) : element;
  const boxes = [...shown.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
  const inside = boxes.filter((box) => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth);
  const free = inside.some((box) => {
    const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
    return [box.top + 2, (box.top + box.bottom) / 2, box.bottom - 2].some((y) => {
      const over = document.elementFromPoint(x, Math.min(Math.max(y, 1), innerHeight - 1));
      return over && (shown.contains(over) || over.contains(shown));
    });
  });
  return { there: element.matches(selector), hidden: free ? null : element.outerHTML.slice(0, 120) };
};

// Moves the focus with Tab until it is on an element. On the way it is never hidden.
export async function tabTo(page, selector, most = 150) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    const { there, hidden } = await page.evaluate(look, selector);
    if (hidden) throw new Error(`the focus is hidden on ${page.url()}: ${hidden}`);
    if (there) return;
  }
  throw new Error(`${selector} is not reached by Tab on ${page.url()}`);
}

// Presses a key on an element that leads to another page.
export async function press(page, selector, key = "Enter") {
  await tabTo(page, selector);
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press(key)]);
}

const holds = async (page, selector, wanted) => {
  const value = await page.inputValue(selector);
  if (value !== wanted) throw new Error(`${selector} holds ${value} in place of ${wanted}`);
};

// A day, part by part as the browser's own language has them (see the browser's start), such as 2026-06-30.
export async function typeDay(page, selector, day) {
  const [year, month, date] = day.split("-");
  await tabTo(page, selector);
  await page.keyboard.type(month + date + year);
  await holds(page, selector, day);
}

// A time before noon, such as 09:30.
export async function typeMorning(page, selector, time) {
  await tabTo(page, selector);
  await page.keyboard.type(`${time.replace(":", "")}AM`);
  await holds(page, selector, time);
}

// The last option but some of a list.
export async function chooseFromEnd(page, selector, before) {
  await tabTo(page, selector);
  await page.keyboard.press("End");
  for (let n = 0; n < before; n += 1) await page.keyboard.press("ArrowUp");
}
