"""When may a consult begin? Pure answers from values: no database, no clock, standard library only."""

from .hours import ConsultTime, Interval, PostedHours, Shift
from .offers import Offers, Policy, Refusal
from .reply import offer_due, reply_due

__all__ = ["ConsultTime", "Interval", "Offers", "Policy", "PostedHours", "Refusal", "Shift", "offer_due", "reply_due"]
