"""The form of a question. Before visitors see it, it asks once about those that answer it already, and about facts that do."""

import copy
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from content.editing.paths import edit_path
from content.editing.text_form import TextForm
from content.placeholders import names_in

from .models import Question
from .printed_facts import as_links, facts_named, printed_facts
from .similar_questions import facts_asked_about, similar_questions
from .supply import Wanted

SHOWN = "similar_shown"


class QuestionForm(TextForm):
    """`similar_shown`: what saving asked about before. Saving again says yes to that, and is asked about anything new."""

    similar_shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.is_preview and self._is_news_to_visitors(cleaned):
            self._ask_about_similar(cleaned)
        return cleaned

    def _is_news_to_visitors(self, cleaned: dict) -> bool:
        was = (self._saved.is_published, self._saved.question) if isinstance(self._saved, Question) else None
        return bool(cleaned.get("is_published")) and was != (True, cleaned.get("question"))

    def _ask_about_similar(self, cleaned: dict) -> None:
        asked = Question(pk=self.instance.pk, question=cleaned["question"])
        similar, facts = similar_questions(asked), facts_asked_about(asked.question)
        listed = {f"question-{one.pk}" for one in similar} | {one.fact for one in facts}
        if listed <= set(cleaned.get(SHOWN, "").split()):
            return
        self.add_error(None, [forms.ValidationError(text, code="similar") for text in _asking(similar, facts)])
        # When the form is shown again, it carries what it has asked about.
        shown: Any = copy.copy(self.data)
        shown[self.add_prefix(SHOWN)] = " ".join(sorted(listed))
        self.data = shown


def _asking(similar: list[Question], facts: list[Wanted]) -> list[SafeString]:
    texts, named = [], {one.fact for one in facts}
    for one in facts:
        text = "Is it this fact of the clinic: {}? Type it there once, and it is shown {}."
        texts.append(format_html(text, as_links(facts_named({one.fact})), one.where))
    if similar:
        links = format_html_join(", ", '<a href="{}">{}</a>', ((edit_path(other), other) for other in similar))
        text = "Similar questions are on the site already: {}. Visitors would read both answers: change that one if you can."
        texts.append(format_html(text, links))
    for other in similar:
        if not names_in(other.answer) & named and (printed := printed_facts([other.answer])):
            text = "“{}” prints facts of the clinic, which are changed in one place: {}."
            texts.append(format_html(text, other, as_links(printed)))
    return [*texts, format_html("{}", "To publish this question all the same, save again.")]
