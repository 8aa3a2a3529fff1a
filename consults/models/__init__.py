from .access_record import AccessRecord
from .consult_policy import ConsultPolicy
from .consult_request import ConsultRequest
from .earlier_offer import EarlierOffer
from .event import Event
from .handing import Handing
from .listing import Listing
from .monthly_count import MonthlyCount
from .open_holiday import OpenHoliday
from .opening_hours import OpeningHours
from .outbox_message import OutboxMessage
from .person import Person
from .printed_sheet import PrintedSheet
from .reason import Reason
from .referral_source import ReferralSource
from .seat import Seat
from .special_hours import SpecialHours
from .taken_answer import TakenAnswer
from .worker_heartbeat import WorkerHeartbeat

__all__ = [
    "AccessRecord",
    "ConsultPolicy",
    "ConsultRequest",
    "EarlierOffer",
    "Event",
    "Handing",
    "Listing",
    "MonthlyCount",
    "OpenHoliday",
    "OpeningHours",
    "OutboxMessage",
    "Person",
    "PrintedSheet",
    "Reason",
    "ReferralSource",
    "Seat",
    "SpecialHours",
    "TakenAnswer",
    "WorkerHeartbeat",
]
