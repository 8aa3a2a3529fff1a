"""The site with its guards taken away: no transactions and no locks around a decision, no unique seats, forms or events.

For negative controls: on such a site the races have to break the promises, or they show nothing.
"""

import shutil
from pathlib import Path

from tests.server import Site, compiled_checkout, started_before

_PAUSE = "__import__('threading').Event().wait({})"
# file -> what is replaced in it by what
_TAKEN_AWAY = {
    "consults/booking/requesting.py": {
        "with transaction.atomic():": "with __import__('contextlib').nullcontext():",
    },
    "consults/decision.py": {
        "with transaction.atomic():": "with __import__('contextlib').nullcontext():",
        # A moment passes where the lock was, and before and after a request is stored, as it would on a busy machine.
        "yield decision": f"{_PAUSE.format(0.02)}; yield decision",
        "self.row.save(force_insert=True)": f"{_PAUSE.format(0.1)}; self.row.save(force_insert=True); {_PAUSE.format(0.3)}",
        "ConsultRequest.objects.select_for_update().get": "ConsultRequest.objects.get",
    },
    "consults/models/consult_policy.py": {"self.select_for_update().get_or_create(pk=1)": "self.get_or_create(pk=1)"},
    "consults/messages/delivery.py": {
        # Long enough for another worker to meet the same messages.
        "return bool(unchanged.update(": f"return not {_PAUSE.format(0.05)} or bool(unchanged.update(",
    },
}
_TAKE_CONSTRAINTS_AWAY = """
from django.db import connection, models
from consults.models import ConsultRequest, EarlierOffer, Event, Seat
with connection.schema_editor() as editor:
    guards = (
        (Seat, "a_seat_is_held_once"),
        (Event, "events_of_a_request_are_numbered"),
        (EarlierOffer, "a_request_has_one_open_offer"),
    )
    for model, name in guards:
        constraint = next(c for c in model._meta.constraints if c.name == name)
        # SQLite rebuilds the table from what is left in the model.
        model._meta.constraints.remove(constraint)
        editor.remove_constraint(model, constraint)
    unique = ConsultRequest._meta.get_field("submission_key")
    plain = models.CharField(max_length=unique.max_length)
    plain.set_attributes_from_name("submission_key")
    plain.model = ConsultRequest
    editor.alter_field(ConsultRequest, unique, plain)
"""


def unguarded(folder: Path, settings: dict[str, str]) -> Site:
    """A site that runs from a copy of the checkout, its guards taken away in code and database."""
    checkout = folder / "checkout"
    shutil.copytree(compiled_checkout(), checkout)
    for name, replacements in _TAKEN_AWAY.items():
        text = (checkout / name).read_text()
        for guard, nothing in replacements.items():
            assert guard in text, f"{name} has no guard {guard!r} to take away"
            text = text.replace(guard, nothing)
        (checkout / name).write_text(text)
    site = started_before(folder / "site", settings)
    site.checkout = checkout
    site.shell(_TAKE_CONSTRAINTS_AWAY)
    return site
