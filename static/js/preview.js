// The frame of a preview stays away until there is something in it. Without this file it is an empty box.
"use strict";

const frame = document.querySelector("iframe[name=preview]");
if (frame) {
  frame.hidden = true;
  document.querySelector("button[formtarget=preview]").addEventListener("click", () => (frame.hidden = false));
}
