"""A form that comes back as it was posted, because the session had ended meanwhile. Only a person saves it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict

_ON_REQUEST = "kept_form"


@dataclass
class KeptForm:
    """What was posted at `at`, an aware instant, to the form of a page; `posted` is None where no key opens it.

    `when`: that instant in words. `line`: what the page says of it. `is_shown`: a form of the page holds it. `since`: what
    changed meanwhile, as lines.
    """

    posted: QueryDict | None
    at: datetime
    when: str
    has_files: bool = False
    is_shown: bool = False
    line: str = ""
    since: list[str] = field(default_factory=list)
    # Set while Django's form of a row is being made, which asks for no data where a page is only looked at.
    fills_change_form: bool = False

    def __post_init__(self) -> None:
        self.line = self.line or f"This is what you had typed {self.when}. It is not saved yet."

    def into(self, form_class: type) -> type:
        """The class whose forms are bound with it unless they are given other data."""
        kept = self

        class Returned(form_class):
            def __init__(self, data=None, files=None, **kwargs) -> None:
                if data is None:
                    data, kept.is_shown = kept.posted, True
                super().__init__(data, files, **kwargs)

        # As the admin has adapted them.
        Returned.base_fields = form_class.base_fields  # type: ignore[attr-defined]
        return Returned


def put(request, kept: KeptForm | None) -> None:
    setattr(request, _ON_REQUEST, kept)


def of(request) -> KeptForm | None:
    """What comes back at this page; None where nothing does, or nobody can read it."""
    kept = getattr(request, _ON_REQUEST, None)
    return kept if kept is not None and kept.posted is not None else None


def posted_or_kept(request) -> QueryDict | None:
    """The data of a form that is shown and posted at one address; None where nothing was typed into it."""
    return request.POST if request.method == "POST" else take(request)


def take(request) -> QueryDict | None:
    """The same as the data of a form, which then holds it."""
    kept = of(request)
    if kept is None:
        return None
    kept.is_shown = True
    return kept.posted
