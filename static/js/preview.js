// The preview follows what is typed where it is next to the text; elsewhere its button asks for it. Each new page is made in
// a frame of its own, so that nothing flickers, its place stays, and the browser's way back has no previews in it.
// Without this file the frame is an empty box until the button fills it.
"use strict";

const beside = matchMedia("(min-width: 90rem)");

function showPreviews(frame) {
  const button = document.querySelector("button[formtarget=preview]"), { form } = button;
  const trouble = document.querySelector("[data-preview=trouble]");
  // A page that is opened at a fragment scrolls the page around its frame, too.
  const [address, anchor] = button.formAction.split("#");
  let coming, isStale, isWanted, count = 0;
  frame.hidden = true;

  function refresh() {
    isStale = Boolean(coming);
    if (coming) return;
    coming = frame.cloneNode();
    // A frame goes by the name that it came with, whatever its attribute says later.
    coming.name = `preview-${++count}`;
    coming.hidden = false;
    coming.className = "coming";
    frame.after(coming);
    coming.addEventListener("load", arrive);
    const sender = button.cloneNode();
    sender.formTarget = coming.name;
    sender.formAction = address;
    sender.hidden = true;
    button.after(sender);
    // What is too large is held back.
    let isSent = false;
    const note = () => isSent = true;
    form.addEventListener("submit", note);
    form.requestSubmit(sender);
    form.removeEventListener("submit", note);
    sender.remove();
    if (!isSent) give(false);
  }

  // Another site's page, as a refusal to be framed is, has no document here.
  const pageOf = one => one.contentDocument?.getElementById("main") && one.contentWindow;

  function arrive() {
    if (coming.contentDocument?.URL === "about:blank") return;
    const isThere = Boolean(pageOf(coming));
    trouble.hidden = isThere;
    give(isThere);
    if (isStale) refresh();
  }

  function give(isThere) {
    const last = isThere ? frame : coming, place = pageOf(frame)?.scrollY;
    if (isThere) {
      const view = coming.contentWindow, text = anchor && view.document.getElementById(anchor);
      const answer = text?.closest("details");
      if (answer) answer.open = true;
      const top = place ?? (text ? text.getBoundingClientRect().top - 16 : 0);
      view.scrollTo({ top, behavior: "instant" });
      frame = coming;
      if (isWanted) frame.scrollIntoView({ block: "start" });
      isWanted = false;
    }
    last.remove();
    frame.name = "preview";
    frame.className = "";
    coming = null;
  }

  button.addEventListener("click", event => {
    event.preventDefault();
    // Where it is below the text, who asks for it is led there.
    isWanted = !beside.matches;
    refresh();
  });
  form.addEventListener("paused", () => beside.matches && refresh());
  beside.addEventListener("change", () => beside.matches && refresh());
  form.addEventListener("jump", ({ detail }) => {
    const view = pageOf(frame), place = view?.document.getElementById(detail);
    if (place) view.scrollTo({ top: view.scrollY + place.getBoundingClientRect().top - 16, behavior: "instant" });
  });
}

const preview = document.querySelector("iframe[name=preview]");
if (preview) showPreviews(preview);
