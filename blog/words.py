"""Which of a row's fields are words that visitors read: what is checked, stamped, searched and compared."""

import hashlib
import json
from collections.abc import Iterable

from django.db import models

from pages.models import Page, Provider, Question

from .models import Article

_WORDS = {
    Page: ("title", "eyebrow", "lede", "body", "in_short", "browser_title", "description"),
    Question: ("question", "answer"),
    Provider: ("name", "credentials", "role", "bio"),
    Article: ("title", "subtitle", "summary", "body", "browser_title", "description", "change_note"),
}


def words_of(row: models.Model) -> dict[str, str]:
    """The row's Markdown and plain texts by field name, in the order they are read."""
    return {name: getattr(row, name) for name in _WORDS.get(type(row), ())}


def digest_of(rows: Iterable[models.Model]) -> str:
    """One fingerprint of all the words of these rows, in this order."""
    text = json.dumps([words_of(row) for row in rows], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
