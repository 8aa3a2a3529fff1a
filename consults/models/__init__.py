from .access_record import AccessRecord
from .consult_policy import ConsultPolicy
from .consult_request import ConsultRequest
from .event import Event
from .open_holiday import OpenHoliday
from .opening_hours import OpeningHours
from .outbox_message import OutboxMessage
from .person import Person
from .reason import Reason
from .seat import Seat
from .special_hours import SpecialHours
from .worker_heartbeat import WorkerHeartbeat

__all__ = [
    "AccessRecord",
    "ConsultPolicy",
    "ConsultRequest",
    "Event",
    "OpenHoliday",
    "OpeningHours",
    "OutboxMessage",
    "Person",
    "Reason",
    "Seat",
    "SpecialHours",
    "WorkerHeartbeat",
]
