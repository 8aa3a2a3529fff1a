"""What consults keep sealed, for `rotate_field_keys`."""

from guard import rotation, sealing

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest, OutboxMessage, Person
from .models.person import called_indexes, contact_indexes


def _indexes(request: ConsultRequest, values: dict) -> dict[str, str]:
    person = Person.of(values)
    # Where there is none, one may be counted meanwhile, under the new key.
    called = {"called_index": next(iter(called_indexes(person)), "")} if request.called_index else {}
    return called | {
        "email_index": sealing.blind_index("email", normalised_email(values["email"])),
        "phone_index": sealing.blind_index("phone", normalised_phone(values["phone"])),
        "contact_index": next(iter(contact_indexes(person)), ""),
    }


rotation.register(rotation.SealedRows(ConsultRequest, "reference", _indexes))
rotation.register(rotation.SealedRows(OutboxMessage, "message_id"))
