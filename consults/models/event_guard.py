"""Database triggers that allow events and access records to be added and nothing else, but for those of spam."""

from content import triggers

# What nobody ever let in, decided about or was told of is no history: see `booking.discard_request`.
_OF_SPAM = (
    "NOT EXISTS (SELECT 1 FROM consults_event AS other WHERE other.request_id = OLD.request_id"
    " AND (other.kind IN ('requested', 'released') OR other.by_id IS NOT NULL))"
)
# Table -> what its triggers call its rows, and which of them may be deleted.
_APPEND_ONLY = {"consults_event": ("events", _OF_SPAM), "consults_accessrecord": ("access_records", "FALSE")}


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers (post_migrate)."""
    for table, (name, deletes_where) in _APPEND_ONLY.items():
        triggers.install(using, [table], triggers.append_only(table, name=name, deletes_where=deletes_where))
