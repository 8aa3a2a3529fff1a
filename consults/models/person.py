"""The personal data that a patient gives: one value from the form to the sealed row and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from consults.contact import limited_email, limited_phone
from guard import sealing


def _labeled(label: str, *, default: str | bool = ""):
    """A field with its label."""
    return field(default=default, metadata={"label": label})


@dataclass(frozen=True, repr=False)
class Person:
    """As typed. `contact_by` is `email` or `phone`. A field added here is sealed and opened like the others."""

    full_name: str = _labeled("Name")
    email: str = _labeled("Email")
    phone: str = _labeled("Phone")
    contact_by: str = _labeled("Reach by")
    voicemail_ok: bool = _labeled("Voicemail", default=False)
    note: str = _labeled("Note")

    def __repr__(self) -> str:
        """Empty on purpose: a traceback must not show personal data."""
        return "<Person>"

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls))

    @classmethod
    def labels(cls) -> dict[str, str]:
        """The label of each field, in order."""
        return {one.name: one.metadata["label"] for one in fields(cls)}

    @classmethod
    def of(cls, values: Mapping) -> "Person":
        """Makes a person from a form's answers or an opened row; other keys are ignored, missing ones keep their default."""
        return cls(**{name: values[name] for name in cls.names() if name in values})


def contact_indexes(person: Person) -> list[str]:
    """The hashes, under every key in use, of the contact at which the person is answered. The first is the one to store."""
    if person.contact_by == "email":
        return sealing.blind_indexes("contact", limited_email(person.email))
    return sealing.blind_indexes("contact", limited_phone(person.phone))


def called_indexes(person: Person) -> list[str]:
    """The same of the phone number, which is called where the address takes no mail."""
    return contact_indexes(replace(person, contact_by="phone"))
