// Words typed into a text's form are kept on this device until they are saved, for a week at most. Only forms that hold
// #draft are kept; those about patients never do. Without this file nothing is kept, and every form works the same.
"use strict";

const WEEK = 7 * 24 * 60 * 60 * 1000;
const LEAVING = "draft-leaving";
// Who is signed in; empty for nobody.
const { user } = document.currentScript.dataset;
const tabs = globalThis.BroadcastChannel && new BroadcastChannel("drafts");
const keysFrom = start => Object.keys(localStorage).filter(key => key.startsWith(start));
const drop = key => localStorage.removeItem(key);

function read(key) {
  try { return { key, ...JSON.parse(localStorage[key]) } } catch { return { key } }
}

function tidy() {
  for (const key of keysFrom("draft:")) if (!(read(key).at > Date.now() - WEEK)) drop(key);
  // A sign-out has happened once its answer is there.
  const left = localStorage.getItem(LEAVING);
  if (left && document.getElementById("signed-out")) {
    keysFrom(`draft:${left}:`).forEach(drop);
    tabs?.postMessage({ left });
  }
  localStorage.setItem(LEAVING, "");
  drop(LEAVING);
  // So has a save, whose answer names the drafts that were sent with it.
  for (const { className } of document.querySelectorAll(".messagelist [class*=saved-draft-]")) {
    const saved = className.match(/saved-draft-([a-z0-9-]*)/)[1].split("-");
    keysFrom(`draft:${user}:`).filter(key => saved.includes(key.split(":").at(-1))).forEach(drop);
  }
}

addEventListener("submit", event => {
  if (!event.target.matches(".log-out")) return;
  try { localStorage.setItem(LEAVING, user) } catch { /* Then nothing is kept either. */ }
});

// A field's value now, and as the page came.
const isTick = field => /checkbox|radio/.test(field.type);
const nameOf = field => isTick(field) ? `${field.name}=${field.value}` : field.name;
const now = field => isTick(field) ? String(field.checked) : field.value;
function came(field) {
  if (isTick(field)) return String(field.defaultChecked);
  if (!field.options) return field.defaultValue;
  return ([...field.options].find(option => option.defaultSelected) ?? field.options[0])?.value ?? "";
}
function inWords(field, value) {
  if (isTick(field)) return value === "true" ? "checked" : "not checked";
  return [...field.options ?? []].find(option => option.value === value)?.text ?? value;
}
const labelOf = field => field.getAttribute("aria-label") ?? field.labels[0]?.textContent.trim().replace(/:$/, "") ?? field.name;

// [tag, text] in order: of both texts (""), of the first one alone ("del"), of the second one alone ("ins").
const WORDS = /[^\S\n]*\S+|\s/g, LINES = /.*\n|.+/g;
function differences(before, after, unit = WORDS) {
  const [a, b] = [before, after].map(text => text.match(unit) ?? []), runs = [];
  const add = (tag, text) => runs.at(-1)?.[0] === tag ? runs.at(-1)[1] += text : runs.push([tag, text]);
  let x = 0, y = 0, m = a.length, n = b.length;
  while (x < m && y < n && a[x] === b[y]) add("", a[x++]), y++;
  while (x < m && y < n && a[m - 1] === b[n - 1]) m--, n--;
  if (unit === WORDS && (m - x) * (n - y) > 1e7) return differences(before, after, LINES);
  // How many units the rest of one from i and of the other from j have in common.
  const wide = n + 1, common = new Uint16Array((m + 1) * wide);
  for (let i = m - 1; i >= x; i--) for (let j = n - 1; j >= y; j--) {
    const at = i * wide + j;
    common[at] = a[i] === b[j] ? common[at + wide + 1] + 1 : Math.max(common[at + wide], common[at + 1]);
  }
  while (x < m || y < n) {
    const at = x * wide + y;
    if (x < m && y < n && a[x] === b[y]) add("", a[x++]), y++;
    else if (y === n || x < m && common[at + wide] >= common[at + 1]) add("del", a[x++]);
    else add("ins", b[y++]);
  }
  while (x < a.length) add("", a[x++]);
  return runs;
}

function make(tag, ...content) {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
}

function keepDrafts(box) {
  const form = box.closest("form"), { model, pk, version, zone, unsaved } = box.dataset;
  const fields = [...form.elements].filter(field => field.name && !/hidden|file|password|submit/.test(field.type));
  const part = name => box.querySelector(`[data-part=${name}]`);
  const prefix = `draft:${user}:${model}:${pk}:`;
  const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2);
  // One for each page that opens, so that no tab writes over another's. A refused form goes on with what it was sent with.
  const ids = (part("ids").value || newId()).split("-");
  const own = () => prefix + ids.at(-1);
  const openElsewhere = new Set();
  let timer, isSending, isOver, offered, thrown, written = "{}";
  // Values that a draft holds on to, though this page came with them or has no field for them.
  let held = {};
  if (unsaved) held = read(own()).values ?? Object.fromEntries(fields.map(field => [nameOf(field), now(field)]));

  function write() {
    clearTimeout(timer);
    timer = 0;
    const values = { ...held };
    for (const field of fields) if (nameOf(field) in held || now(field) !== came(field)) values[nameOf(field)] = now(field);
    const text = JSON.stringify(values);
    if (isOver || text === written) return;
    try {
      if (text === "{}") drop(own());
      else localStorage.setItem(own(), JSON.stringify({ at: Date.now(), version, values }));
      written = text;
      part("off").hidden = true;
    } catch {
      part("off").hidden = false;
    }
  }

  // [field or undefined, value, name] of what putting the draft back would change.
  const changes = draft => Object.entries(draft.values ?? {})
    .map(([name, value]) => [fields.find(field => nameOf(field) === name), value, name])
    .filter(([field, value]) => field ? now(field) !== value : value);

  // Offers the newest draft that no tab has open. One that says nothing else than the form goes.
  function offer(said) {
    const isOpen = key => openElsewhere.has(key) || ids.some(id => key === prefix + id);
    const drafts = keysFrom(prefix).filter(key => !isOpen(key)).map(read).sort((one, other) => other.at - one.at);
    offered = drafts.find(draft => changes(draft).length || drop(draft.key));
    const stale = offered && offered.version !== version;
    const shown = { found: offered, stale, compare: offered, put: offered && !stale, throw: offered, keep: thrown };
    for (const [name, is] of Object.entries({ ...shown, restored: 0, thrown: 0, list: 0 })) part(name).hidden = !is;
    part("compare").ariaExpanded = "false";
    if (offered) {
      const moment = { timeZone: zone, month: "long", day: "numeric", hour: "numeric", minute: "2-digit" };
      part("when").textContent = new Date(offered.at).toLocaleString("en-US", moment);
      box.scrollIntoView({ block: "nearest" });
    }
    if (!said) return;
    part(said).hidden = false;
    box.focus();
  }

  const inShort = text => text.replace(/^([^]{50,}?)\s[^]{20,}\s([^]{50,}?)$/, "$1 … $2");
  const buttons = {
    compare() {
      const list = part("list");
      list.replaceChildren(...changes(offered).flatMap(([field, value, name]) => {
        const texts = field ? [now(field), value].map(one => inWords(field, one)) : ["", value];
        const runs = differences(...texts).map(([tag, text]) => tag ? make(tag, text) : inShort(text));
        return [make("dt", field ? labelOf(field) : name), make("dd", ...runs)];
      }));
      list.hidden = !list.hidden;
      part("compare").ariaExpanded = String(!list.hidden);
      part("put").hidden = false;
    },
    put() {
      held = { ...held, ...offered.values };
      for (const [field, value] of changes(offered)) {
        if (!field) continue;
        if (isTick(field)) field.checked = value === "true";
        else field.value = value;
        field.closest("details")?.setAttribute("open", "");
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
      write();
      if (part("off").hidden) drop(offered.key);
      offer("restored");
    },
    throw() {
      thrown = [offered.key, localStorage[offered.key]];
      drop(offered.key);
      offer("thrown");
    },
    keep() {
      localStorage.setItem(...thrown);
      thrown = null;
      offer("found");
    },
  };
  box.addEventListener("click", event => buttons[event.target.dataset.part]?.());

  function noteChange() {
    // What is typed while a save is on its way is not in it.
    if (isSending) ids.push(newId());
    isSending = false;
    timer ||= setTimeout(write, 1000);
  }
  form.addEventListener("input", noteChange);
  form.addEventListener("change", noteChange);
  form.addEventListener("submit", event => {
    write();
    // A preview is no save.
    if (event.submitter?.formTarget) return;
    part("ids").value = ids.join("-");
    isSending = true;
  });
  addEventListener("beforeunload", event => {
    if (isSending || !unsaved && fields.every(field => now(field) === came(field))) return;
    event.preventDefault();
  });
  for (const name of ["pagehide", "visibilitychange"]) addEventListener(name, () => isSending || write());

  tabs?.addEventListener("message", ({ data }) => {
    if (data.left === user) isOver = true;
    if (data.ask === prefix) tabs.postMessage({ open: ids.map(id => prefix + id) });
    if (!data.open?.[0].startsWith(prefix)) return;
    data.open.forEach(key => openElsewhere.add(key));
    part("twice").hidden = false;
    if (openElsewhere.has(offered?.key)) offer();
  });
  tabs?.postMessage({ ask: prefix });
  write();
  // Other tabs have answered by then.
  setTimeout(() => part("off").hidden && offer(), 300);
}

const box = document.getElementById("draft");
try {
  tidy();
} catch {
  if (box) box.querySelector("[data-part=off]").hidden = false;
}
// By then the browser has put back what it kept of the form itself.
if (box) addEventListener("pageshow", () => keepDrafts(box), { once: true });
