// Links, sources, figures and facts are chosen from a list and put into a text at the caret, as plain Markdown that one undo
// takes out again. Without this file they are typed.
"use strict";

function offerInserts({ dataset }, dialog) {
  const form = document.getElementById(dataset.form), bar = document.querySelector("#writing template").content.firstElementChild;
  const title = dialog.querySelector("h2"), search = dialog.querySelector("input"), list = dialog.querySelector("ul");
  const part = name => dialog.querySelector(`[data-part=${name}]`);
  // `next`: the key that was pressed before the list for what is typed had come.
  let field, kind, timer, asked, isCurrent, next;

  for (const name of dataset.markdown.split(" ")) {
    const own = bar.cloneNode(true), target = form.elements[name];
    own.ariaLabel = `Insert into ${target.labels[0].textContent.trim().replace(/:$/, "")}`;
    own.addEventListener("click", ({ target: { dataset: button } }) => {
      field = target;
      if (button.before) insert(button);
      else if (button.kind) open(button);
    });
    target.before(own);
  }

  function open(button) {
    kind = button.kind;
    isCurrent = false;
    title.textContent = button.title;
    search.value = "";
    list.replaceChildren();
    next = "";
    ask();
    dialog.showModal();
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const address = `${dataset.inserts}?${new URLSearchParams({ kind, q: search.value })}`;
    try {
      const answer = await fetch(address, { redirect: "manual", signal: asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      list.innerHTML = await answer.text();
      list.scrollTop = 0;
      isCurrent = true;
      part("count").textContent = `${list.querySelectorAll("button").length || "Nothing"} found`;
      part("trouble").hidden = true;
      go(next, list.querySelector("button"));
    } catch (error) {
      if (error.name !== "AbortError") part("trouble").hidden = false;
    }
  }
  function go(key, first) {
    if (key === "Enter") first?.click();
    else if (key) first?.focus();
  }
  search.addEventListener("input", () => {
    isCurrent = false;
    next = "";
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });

  // What a paragraph of its own needs on one side of it.
  const gap = lineEnds => "\n".repeat(Math.max(0, 2 - lineEnds.length));

  function insert({ before, words = "", after = "", alone }, isChosen) {
    const { value, selectionEnd: end } = field, start = words ? field.selectionStart : end;
    const above = value.slice(0, start), below = value.slice(end);
    if (alone) {
      if (above.trim()) before = gap(above.match(/\n*$/)[0]) + before;
      if (below.trim()) after += gap(below.match(/^\n*/)[0]);
    } else if (!words && /[\p{L}\p{N}.,;:!?)”*]$/u.test(above)) before = ` ${before}`;
    const shown = value.slice(start, end) || words;
    field.focus();
    field.setSelectionRange(start, end);
    // Unlike setRangeText it can be undone. Not every browser has it.
    if (!document.execCommand("insertText", false, before + shown + after)) {
      field.setRangeText(before + shown + after);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // Words that were chosen stay as they are: what is typed next comes after them. Others are there to be replaced.
    const place = start + before.length, past = place + shown.length + after.length;
    if (isChosen) field.setSelectionRange(past, past);
    else field.setSelectionRange(place, place + shown.length);
  }

  list.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    dialog.close();
    insert(button.dataset, true);
  });
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => field.focus());
  dialog.addEventListener("keydown", event => {
    const all = [search, ...list.querySelectorAll("button")], at = all.indexOf(document.activeElement);
    const to = { ArrowDown: all[at + 1] ?? all[at], ArrowUp: all[at - 1], Enter: at === 0 && search }[event.key];
    if (!to || at < 0) return;
    event.preventDefault();
    if (at > 0) to.focus();
    else if (isCurrent) go(event.key, all[1]);
    else next = event.key;
  });
}

const inserts = document.getElementById("insert");
if (inserts) offerInserts(document.getElementById("writing"), inserts);
