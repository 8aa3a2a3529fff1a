from .clinic import Clinic
from .content_version import ContentVersion, PublicContent
from .loaded_content import LoadedContent
from .page import Page
from .picture import Picture
from .provider import Provider
from .question import Question
from .stale_mail import StaleMail
from .text import ReviewedText, Text, kinds

__all__ = [
    "Clinic",
    "ContentVersion",
    "LoadedContent",
    "Page",
    "Picture",
    "Provider",
    "PublicContent",
    "Question",
    "ReviewedText",
    "StaleMail",
    "Text",
    "kinds",
]
