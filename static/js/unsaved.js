// Asks before the page is left while a note, or what a caller says, is typed and not saved. Nothing of it is stored on the device.
"use strict";

for (const form of document.querySelectorAll("form[data-asks-before-leaving]")) {
  const typed = [...form.elements].filter(field => /^(text|textarea|email|tel)$/.test(field.type));
  let isSent = false;
  form.addEventListener("submit", () => { isSent = true });
  addEventListener("beforeunload", event => {
    if (!isSent && typed.some(field => field.value !== field.defaultValue)) event.preventDefault();
  });
}
