"""What consults keep sealed, for `rotate_field_keys`."""

from guard import rotation, sealing

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest, OutboxMessage, Person
from .models.person import contact_indexes


def _indexes(values: dict) -> dict[str, str]:
    return {
        "email_index": sealing.blind_index("email", normalised_email(values["email"])),
        "phone_index": sealing.blind_index("phone", normalised_phone(values["phone"])),
        "contact_index": next(iter(contact_indexes(Person.of(values))), ""),
    }


rotation.register(rotation.SealedRows(ConsultRequest, "reference", _indexes))
rotation.register(rotation.SealedRows(OutboxMessage, "message_id"))
