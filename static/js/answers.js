// A link to an answer opens it. Newer browsers do so themselves; this is for the others. Nothing is stored.
"use strict";

function openAnswer() {
  const answer = document.getElementById(location.hash.slice(1));
  const question = answer?.closest("details:not([open])");
  if (!question) return;
  question.open = true;
  answer.scrollIntoView();
}
addEventListener("hashchange", openAnswer);
openAnswer();
