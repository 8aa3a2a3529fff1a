from .clinic import Clinic
from .content_version import ContentVersion, PublicContent
from .loaded_content import LoadedContent
from .page import Page, RenderedText
from .picture import Picture
from .provider import Provider
from .question import Question
from .reviewed import ClaimChecked, Reviewed
from .stale_mail import StaleMail

__all__ = [
    "ClaimChecked",
    "Clinic",
    "ContentVersion",
    "LoadedContent",
    "Page",
    "Picture",
    "Provider",
    "PublicContent",
    "Question",
    "RenderedText",
    "Reviewed",
    "StaleMail",
]
