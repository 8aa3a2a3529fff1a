// While a text is typed: what saving would say of it, below its fields, by the line; and what is too large is not sent.
// After each pause the form gets the event "paused". Without this file, saving says the same.
"use strict";

const PAUSE = 500;

function watch(writing) {
  const { most, longest, problems } = writing.dataset;
  const form = document.getElementById(writing.dataset.form);
  const part = name => writing.querySelector(`[data-part=${name}]`);
  const [tooMuch, tooLong, trouble, size] = ["too-much", "too-long", "trouble", "size"].map(part);
  const fields = writing.dataset.texts.split(" ").map(name => form.elements[name]);
  const body = form.elements[writing.dataset.markdown.split(" ")[0]];
  const headings = document.querySelector("[data-preview=headings]");
  const after = (field, ...parts) => field.closest(".flex-container").after(...parts);
  let timer, isAsking, isStale;

  const boxes = new Map(fields.map(field => {
    const box = document.createElement("div");
    box.className = "told";
    box.ariaLive = "polite";
    box.dataset.field = field.name;
    after(field, box);
    return [field.name, box];
  }));
  const reading = document.createElement("p");
  reading.className = "help reading";
  boxes.get(body.name).after(reading, tooLong, trouble);

  // As the browser sends it: with two characters at the end of each line, and three for each byte of most signs.
  function bytes() {
    const sent = new URLSearchParams(new FormData(form)).toString();
    return sent.length + 3 * sent.split("%0A").length;
  }

  const letters = () => fields.reduce((sum, field) => sum + field.value.length, 0);

  function isTooMuch() {
    const isOver = letters() * 9 > most && bytes() > most;
    tooMuch.hidden = !isOver;
    if (!isOver) return false;
    size.textContent = `${(bytes() / 1e6).toFixed(1)} MB`;
    after(fields.toSorted((one, other) => other.value.length - one.value.length)[0], tooMuch);
    return true;
  }

  function pause() {
    timer = 0;
    const isOver = isTooMuch();
    tooLong.hidden = isOver || letters() <= longest;
    if (!isOver && tooLong.hidden) form.dispatchEvent(new Event("paused"));
    else for (const box of [...boxes.values(), reading]) box.replaceChildren();
  }

  for (const name of ["input", "change"]) form.addEventListener(name, () => {
    clearTimeout(timer);
    timer = setTimeout(pause, PAUSE);
  });
  // Before any other listener: for draft.js, what is held back was not sent.
  addEventListener("submit", event => {
    if (event.target !== form || !isTooMuch()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tooMuch.scrollIntoView({ block: "center" });
  }, true);

  async function ask() {
    isStale = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(problems, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (!answer.ok) throw new Error(answer.status);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      trouble.hidden = true;
    } catch {
      trouble.hidden = false;
    }
    isAsking = false;
    if (isStale) ask();
  }
  form.addEventListener("paused", ask);

  // What is the same is left alone, so that it is not read aloud again.
  function fill(box, fresh) {
    const was = box.innerHTML, now = fresh?.innerHTML.trim() ?? "";
    if (was !== now) box.innerHTML = now;
  }

  function show(found) {
    for (const [name, box] of boxes) fill(box, found.querySelector(`div[data-field=${name}]`));
    fill(reading, found.querySelector("[data-part=reading]"));
    if (!headings) return;
    fill(headings.querySelector("ol"), found.querySelector("[data-part=headings]"));
    headings.hidden = !headings.querySelector("button");
  }

  function goTo(field, line) {
    // The server counts without the empty lines before the text.
    const skipped = field.value.match(/^\s*/)[0].split("\n").length - 1;
    const before = field.value.split("\n").slice(0, line - 1 + skipped).join("\n").length;
    const place = before + (line + skipped > 1);
    field.closest("details")?.setAttribute("open", "");
    field.setSelectionRange(place, place);
    // A field scrolls to its caret when it gets the focus.
    field.blur();
    field.focus();
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-line]"), name = target.closest("[data-field]")?.dataset.field;
    if (!button || !boxes.has(name)) return;
    goTo(form.elements[name], Number(button.dataset.line));
    if (button.dataset.heading) form.dispatchEvent(new CustomEvent("jump", { detail: button.dataset.heading }));
  });

  // By then the browser has put back what it kept of the form itself.
  addEventListener("pageshow", pause, { once: true });
}

const writing = document.getElementById("writing");
if (writing) watch(writing);
