"""Profiles for the component gallery: little and everything that one can tell. They are never saved."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from django.utils.safestring import mark_safe

from pages.licenses import LicenseType
from pages.models import Provider

_LONG_NAME = "A provider whose two family names are rather long-winded-indeed"


def made_up_people(number: int, sentence: str) -> Iterator[Provider]:
    """`sentence`: what their texts are made of. The second tells everything, in the longest words."""
    many: dict[str, Any] = {
        "credentials": "Credentials, second credentials, third credentials",
        "training": f"{sentence}\n{sentence}",
    }
    many |= {"role": "A role that takes more than one line on a phone", "emergency_training": f"{sentence}\n{sentence}"}
    many |= {"license_type": LicenseType.SOCIAL_WORKER, "license_number": "00000", "npi": "0000000000", "interests": sentence}
    many |= {"languages": "English, Spanish", "available": sentence, **dict.fromkeys(Provider.PARTS, True)}
    rows: Iterator[tuple[str, str, dict[str, Any]]] = cycle(
        [
            ("Provider Name", f"<p>{sentence}</p>", {"credentials": "Credentials", "role": "What this person does here"}),
            (_LONG_NAME, "", many),
            ("Name", f"<p>{sentence}</p><p>{sentence} {sentence}</p>", {}),
        ]
    )
    for index, (name, bio, told) in enumerate(islice(rows, number)):
        yield Provider(name=name, slug=f"person-{index}", bio_html=mark_safe(bio), **told)  # noqa: S308
