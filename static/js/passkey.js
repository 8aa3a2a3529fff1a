// Asks the browser for a passkey, and sends its answer with the page's form. Without this file the page says what else to do.
"use strict";

const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), one => one.charCodeAt(0));
const text = buffer =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

// The options as `navigator.credentials` takes them. Browsers of before 2025 do not read JSON themselves.
function asked(options) {
  const named = list => list?.map(one => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
    excludeCredentials: named(options.excludeCredentials),
    user: options.user && { ...options.user, id: bytes(options.user.id) },
  };
}

function answered({ id, rawId, type, response }) {
  const said = { transports: response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (response[name]) said[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: said });
}

function say(problem) {
  const all = [...document.querySelectorAll("[data-problem]")];
  const said = problem && (all.find(one => one.dataset.problem === problem) ?? all.at(-1));
  for (const one of all) one.hidden = one !== said;
}

if (globalThis.PublicKeyCredential) {
  for (const one of document.querySelectorAll("[data-without-script]")) one.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    if (!document.querySelector(".errorlist")) form.querySelector("[autofocus], [type=submit]").focus();
    let isAsking = false;
    form.addEventListener("submit", async event => {
      event.preventDefault();
      if (isAsking) return;
      isAsking = true;
      say("");
      try {
        const publicKey = asked(JSON.parse(form.dataset.options));
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.passkey.value = answered(credential);
        form.submit();
      } catch (error) {
        isAsking = false;
        say(error.name);
      }
    });
  }
}
