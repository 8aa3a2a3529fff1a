from .clinic import Clinic
from .old_address import OldAddress
from .page import Page
from .picture import Picture
from .provider import Provider
from .question import Question, in_groups

__all__ = ["Clinic", "OldAddress", "Page", "Picture", "Provider", "Question", "in_groups"]
