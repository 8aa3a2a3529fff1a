// Four small helps on the booking pages. Without this file they work the same; nothing is stored.
"use strict";

// A form is sent once, however often its button is pressed while the answer is on its way.
addEventListener("submit", event => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.ariaBusy) return event.preventDefault();
  form.ariaBusy = "true";
  // A reader who stops a slow answer can send again.
  setTimeout(() => { form.ariaBusy = null; }, 10000);
});

// Also after the way back to a page that the browser kept.
addEventListener("pageshow", () => {
  for (const form of document.forms) form.ariaBusy = null;
});

// The list of times may be three screens above the button, so what was chosen stands there once more.
function sayChoice() {
  const link = document.getElementById("chosen");
  const choice = document.querySelector("[name=starts_at]:checked");
  if (link && choice) link.textContent = `You chose: ${choice.labels[0].textContent.trim()}`;
}
addEventListener("change", sayChoice);
addEventListener("pageshow", sayChoice);

// Opening a day closes the one before, which may push the chosen day off the screen.
addEventListener("click", event => {
  const summary = event.target.closest(".days summary");
  if (summary) requestAnimationFrame(() => summary.scrollIntoView({ block: "nearest" }));
});

// All times are one group, in which Tab stops only at the chosen one. After the heading of an open day it stops at that day's times.
addEventListener("keydown", event => {
  if (event.key !== "Tab" || event.shiftKey) return;
  const day = event.target.closest(".days summary")?.parentElement;
  if (!day?.open || day.querySelector(":checked")) return;
  const time = day.querySelector("input");
  time.focus();
  if (document.activeElement === time) event.preventDefault();
});
