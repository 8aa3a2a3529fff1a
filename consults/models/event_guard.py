"""Database triggers that allow events to be added and nothing else."""

from content import triggers

_TABLE = "consults_event"


_SQLITE = [
    statement
    for event in ("update", "delete")
    for statement in (
        f"DROP TRIGGER IF EXISTS events_never_{event}",
        f"CREATE TRIGGER events_never_{event} BEFORE {event} ON {_TABLE} BEGIN SELECT RAISE(ABORT, 'events never change'); END",
    )
]
_POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'events never change' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"DROP TRIGGER IF EXISTS events_never_change ON {_TABLE}",
    f"CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
]


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers (post_migrate)."""
    triggers.install(using, [_TABLE], {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
