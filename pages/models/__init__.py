from .clinic import Clinic
from .content_version import ContentVersion, PublicContent
from .loaded_content import LoadedContent
from .page import Page, RenderedText
from .provider import Provider
from .question import Question

__all__ = [
    "Clinic",
    "ContentVersion",
    "LoadedContent",
    "Page",
    "Provider",
    "PublicContent",
    "Question",
    "RenderedText",
]
