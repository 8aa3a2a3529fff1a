from .calendar import calendar
from .own_page import own_page
from .request_consult import request_consult, sent

__all__ = ["calendar", "own_page", "request_consult", "sent"]
