from .content_version import ContentVersion, PublicContent
from .due_letter import DueLetter
from .loaded_content import LoadedContent
from .pending_change import PendingChange, PendingChangeQuerySet
from .reference import Reference
from .text import ReviewedText, Text, TextQuerySet, kinds, reviewed_kinds

__all__ = [
    "ContentVersion",
    "DueLetter",
    "LoadedContent",
    "PendingChange",
    "PendingChangeQuerySet",
    "PublicContent",
    "Reference",
    "ReviewedText",
    "Text",
    "TextQuerySet",
    "kinds",
    "reviewed_kinds",
]
