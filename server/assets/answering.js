// Improves the answering page, which is complete without it: saves every answer at once, tries again when the network is gone, says
// what happens to each answer, lets digits choose, and shows the time running. Nothing is kept in the browser's storage.
(() => {
  const form = document.querySelector("#answers");
  const status = document.querySelector("[data-status]");
  if (!form || !status) return;
  document.documentElement.classList.add("scripted");
  if (form.querySelector('[data-kind="option"]')) document.querySelector(".digits")?.removeAttribute("hidden");

  const say = (kind, words) => {
    status.className = `save ${kind}`;
    if (status.textContent !== words) status.textContent = words;
  };
  const clockWords = (date) =>
    document.documentElement.lang === "fr"
      ? `${date.getHours()}\u00a0h\u00a0${String(date.getMinutes()).padStart(2, "0")}`
      : `${date.getHours()}:${String(date.getMinutes()).padStart(2, "0")}`;

  // --- what an item holds, in the form of the API; null while it is no answer yet
  const answerOf = (item) => {
    const name = `q${item.dataset.position}`;
    const chosen = (field) => form.querySelector(`input[name="${field}"]:checked`)?.value;
    if (chosen(name) === "pass" || form.querySelector(`input[name="${name}-pass"]`)?.checked) return { none: "declined" };
    switch (item.dataset.kind) {
      case "option": {
        const option = chosen(name);
        return option ? { option: Number(option) } : null;
      }
      case "most-least": {
        const most = chosen(`${name}-most`);
        const least = chosen(`${name}-least`);
        return most && least && most !== least ? { most: Number(most), least: Number(least) } : null;
      }
      case "ranks": {
        const ranks = [...item.querySelectorAll("select")].map((select) => Number(select.value));
        const isWhole = ranks.every(Boolean) && new Set(ranks).size === ranks.length;
        return isWhole ? { ranks } : null;
      }
      case "number": {
        const text = item.querySelector("input.input").value.trim().replace(",", ".");
        return text && Number.isFinite(Number(text)) ? { number: Number(text) } : null;
      }
      default: {
        const text = item.querySelector("textarea")?.value.trim();
        return text ? { text } : null;
      }
    }
  };

  // --- saving: the newest answer of each item waits here until the server has it
  const waiting = new Map();
  let isSending = false;
  let failures = 0;
  let retry;

  const send = async () => {
    clearTimeout(retry);
    if (isSending || waiting.size === 0) return;
    isSending = true;
    const [position, answer] = waiting.entries().next().value;
    const slow = setTimeout(() => say("", status.dataset.saving), 400);
    let outcome = "lost";
    try {
      const response = await fetch(form.dataset.save + position, {
        method: "PUT",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(answer),
        credentials: "same-origin",
        signal: AbortSignal.timeout(20000),
      });
      if (response.ok) outcome = "saved";
      else if (response.status < 500 && response.status !== 408 && response.status !== 429) outcome = "refused";
    } catch {
      outcome = "lost";
    }
    clearTimeout(slow);
    isSending = false;
    if (outcome === "lost") {
      failures += 1;
      if (!navigator.onLine) say("offline", status.dataset.offline);
      else if (failures > 1) say("failed", status.dataset.failed);
      retry = setTimeout(send, Math.min(30000, 1000 * 2 ** failures));
      return;
    }
    failures = 0;
    // An answer that was changed while it was on its way stays.
    if (waiting.get(position) === answer) waiting.delete(position);
    if (outcome === "refused") say("failed", status.dataset.refused);
    else if (waiting.size === 0) say("saved", `${status.dataset.saved} ${clockWords(new Date())}`);
    send();
  };

  form.addEventListener("change", (event) => {
    const item = event.target.closest("[data-position]");
    if (!item) return;
    // "I would rather not answer" and an answer exclude each other.
    const pass = item.querySelector('input[type="checkbox"][name$="-pass"]');
    if (pass && event.target !== pass) pass.checked = false;
    const answer = answerOf(item);
    if (!answer) return;
    waiting.set(item.dataset.position, answer);
    send();
  });
  addEventListener("online", () => {
    failures = 0;
    send();
  });
  addEventListener("offline", () => say("offline", status.dataset.offline));

  // A page that cannot be sent would lose what stands on it: without a network it is not left.
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      waiting.clear();
      return;
    }
    event.preventDefault();
    say("offline", status.dataset.offline);
  });
  addEventListener("beforeunload", (event) => {
    if (waiting.size > 0) event.preventDefault();
  });

  // --- digits choose within the item that holds the focus, and only there
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.closest("input:not([type=radio]), textarea, select")) return;
    const choice = event.target.closest('[data-kind="option"]')?.querySelector(`input[value="${event.key}"]`);
    if (!choice) return;
    choice.focus();
    choice.click();
  });

  // --- the time of a timed part; the server decides, this only shows
  const clock = document.querySelector("[data-seconds]");
  if (clock) {
    const shown = clock.querySelector("[data-clock]");
    const announce = clock.querySelector("[data-announce]");
    const end = performance.now() + 1000 * Number(clock.dataset.seconds);
    const told = new Set();
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      const words = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      shown.textContent = words;
      clock.classList.toggle("short", left <= 60);
      for (const mark of [300, 60, 10]) {
        if (left <= mark && left > mark - 5 && !told.has(mark)) {
          told.add(mark);
          announce.textContent = `${clock.dataset.left} ${words}`;
        }
      }
      if (left === 0) {
        announce.textContent = clock.dataset.over;
        // The page says whole seconds, rounded down: by then the time is over for the server too, which takes what was under way.
        setTimeout(() => form.requestSubmit(form.querySelector('[value="next"]')), 1000);
        return;
      }
      setTimeout(tick, 1000);
    };
    tick();
  }
})();
