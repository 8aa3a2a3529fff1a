"""Database triggers that allow events and access records to be added and nothing else."""

from content import triggers

# Table -> what its triggers call its rows.
_APPEND_ONLY = {"consults_event": "events", "consults_accessrecord": "access_records"}


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers (post_migrate)."""
    for table, name in _APPEND_ONLY.items():
        triggers.install(using, [table], triggers.append_only(table, name=name))
