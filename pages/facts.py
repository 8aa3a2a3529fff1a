"""The clinic's facts as texts print them: the value of each placeholder, and the words for one that is not set.

A fact that is not set says nothing, unless a sentence needs it, or people come to a page for it: then the page says that it is
missing, and what to do instead.
"""

from django.db.models import Subquery
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from .models import Clinic
from .models.safety import SAFETY
from .states import in_words

# Facts that staff type as whole sentences.
_SENTENCES = (
    *("consult_kind", "consult_fee", "fees", "billing_policy", "insurance", "routes", "spravato", "ages", "referral_policy"),
    *("referral_reply", "preparation", "after_hours", "interpreter", "parking", "area", "good_faith_contact"),
    *SAFETY,
)
_UNSET = {
    "fees": "At the consult, before you decide anything, we tell you what treatment costs.",
    # As all letters and calendar entries have it while nothing else is set.
    "consult_kind": "It takes place at the clinic.",
    "consult_fee": "What the consult itself costs is not on this website yet.",
    "billing_policy": "Our policy on bills and on collecting what is owed is not on this website yet. You can ask for a copy by"
    " letter or at the clinic.",
    "hosting_provider": "not yet named here",
    "privacy_notice": "The notice is being prepared. The clinic has not yet supplied it for this website. If you are told that"
    " there is none, ask who can see your records, and what happens to them. You may ask for the answer in writing.",
    "mail_provider": "not yet named here",
    "referral_reply": "Which notes we send, and how soon, is not on this website yet: ask when you write to us.",
    "parking": "Parking, the entrance and steps are not on this website yet: ask in the note when you book.",
    "interpreter": "How to get an interpreter is not on this website yet: ask in the note when you book.",
    "routes": "How we give ketamine (an infusion, a shot or another way) is not on this website yet: ask in the note when you"
    " book.",
    "spravato": "Whether we give Spravato is not on this website yet: ask in the note when you book.",
    # For colleagues, who do not book.
    "routes_for_clinicians": "How we give ketamine (an infusion, a shot or another way) is not on this website yet: ask when you"
    " write to us.",
    "spravato_for_clinicians": "Whether we give Spravato is not on this website yet: ask when you write to us.",
    "insurance": "Whether we bill insurance, and which plans, is not on this website yet: ask in the note when you book.",
}
# For who comes for the number: that it is not here, before anything else.
_PRICES = "The price of treatment is not on this website yet. This page says how to get it in writing."
# The fact itself has a section of its own where it is set.
_MONITORING = "Who prescribes, and what we measure during treatment, is not on this website yet: ask when you write to us."
NAMES = (
    *_SENTENCES,
    *(
        "name",
        "place",
        "legal_name",
        "address",
        "contact",
        "phone",
        "fax",
        "email",
        "call_or_visit",
        "doctor_or_clinic",
        "call_back",
    ),
    *("their_doctor_or_clinic", "missing_numbers", "missing_prices", "missing_monitoring", "legal_entity"),
    *("routes_for_clinicians", "spravato_for_clinicians"),
    *("hosting_provider", "mail_provider", "privacy_notice", "notice_first"),
)
# What plain text may name too.
PLAIN = ("name", "place")


_read_along: dict[str, Subquery] = {}


def read_along(**columns: Subquery) -> None:
    """Has columns of other tables read with the clinic's row, which saves every page a query. Later rooms register them."""
    _read_along.update(columns)


def read_clinic() -> Clinic:
    """The clinic's row, with the columns that are read along."""
    return Clinic.objects.annotate(**_read_along).current()


def clinic_of(request) -> Clinic:
    """The same, read once for everything that answers this request."""
    if not hasattr(request, "clinic_row"):
        request.clinic_row = read_clinic()
    return request.clinic_row


def placeholder_values(clinic: Clinic) -> dict[str, str]:
    """The value of every name in NAMES. Safe HTML, or a text to be escaped."""
    sentences = {name: linebreaksbr(conditional_escape(getattr(clinic, name) or "")) for name in _SENTENCES}
    values: dict[str, str] = {
        **sentences,
        **plain_values(clinic),
        "legal_name": clinic.legal_name or clinic.name,
        "address": clinic.address_line,
        "contact": _contact(clinic),
        "phone": phone_link(clinic.phone) if clinic.phone else "",
        "fax": f"Fax: {clinic.fax}" if clinic.fax else "",
        "email": _email_link(clinic.email) if clinic.email else "",
        "call_or_visit": clinic.consult.word,
        "doctor_or_clinic": "the clinic or a doctor" if clinic.phone else "your own doctor or an urgent care",
        # For who reads it beside the patient.
        "their_doctor_or_clinic": "the clinic or a doctor" if clinic.phone else "their own doctor or an urgent care",
        "call_back": _call_back(clinic),
        "missing_numbers": _missing_numbers(clinic),
        "missing_prices": "" if clinic.fees else _PRICES,
        "missing_monitoring": "" if clinic.monitoring else _MONITORING,
        "legal_entity": _legal_entity(clinic),
        "routes_for_clinicians": sentences["routes"],
        "spravato_for_clinicians": sentences["spravato"],
        "hosting_provider": clinic.hosting_provider or "",
        "mail_provider": clinic.mail_provider or "",
        "privacy_notice": _privacy_notice(clinic.privacy_notice_url) if clinic.privacy_notice_url else "",
        "notice_first": _notice_first(clinic),
    }
    values["good_faith_contact"] = values["good_faith_contact"] or values["contact"]
    return {name: value or _UNSET.get(name, "") for name, value in values.items()}


def plain_values(clinic: Clinic) -> dict[str, str]:
    """The value of every name in PLAIN, as plain text."""
    return {"name": clinic.name, "place": in_words(clinic.city, clinic.state) or "our area"}


def phone_link(phone: str) -> SafeString:
    return format_html('<a href="tel:{}">{}</a>', dialed(phone), phone)


def dialed(phone: str) -> str:
    """The number as a phone dials it, after `tel:`."""
    return "".join(char for char in phone if char in "+0123456789")


def _privacy_notice(url: str) -> SafeString:
    return format_html('<a href="{}">Read the clinic’s Notice of Privacy Practices</a>.', url)


def _notice_first(clinic: Clinic) -> SafeString:
    """What to do about the notice before a consult. Whether HIPAA asks the clinic for one is open while none is set."""
    page = reverse("pages:page", args=["notice-of-privacy-practices"])
    link = format_html('<a href="{}">Notice of Privacy Practices</a>', page)
    if clinic.privacy_notice_url:
        return format_html("Before you begin, read our {}.", link)
    return format_html("Before you begin, ask for our {}, if we have one.", link)


def _email_link(email: str) -> SafeString:
    return format_html('<a href="mailto:{0}">{0}</a>', email)


def _call_back(clinic: Clinic) -> str:
    """How to talk to a person: by the clinic's phone, or by being called."""
    if clinic.phone:
        return format_html("Call {}.", phone_link(clinic.phone))
    return "Our phone number is not on this website yet. Choose “By phone” when you book, and we will call you."


def _missing_numbers(clinic: Clinic) -> str:
    """For who has to reach the clinic and is used to calling or faxing: which number is not here, and what to do instead."""
    missing = [word for word, number in (("phone", clinic.phone), ("fax", clinic.fax)) if not number]
    if not missing:
        return ""
    are = "numbers are" if len(missing) > 1 else "number is"
    return f"Our {' and '.join(missing)} {are} not on this website yet. Until then, write, come in, or let your patient book."


def _legal_entity(clinic: Clinic) -> str:
    if clinic.legal_name:
        return f"The clinic’s legal name is {clinic.legal_name}."
    return (
        "The clinic’s legal name, its owner and its medical director are not on this website yet. Ask for them in the note when"
        " you book."
    )


def _contact(clinic: Clinic) -> SafeString:
    """A sentence on how to reach the clinic, with each way that is set."""
    address = clinic.address_line
    phone, email = clinic.phone and phone_link(clinic.phone), clinic.email and _email_link(clinic.email)
    if phone and email:
        return format_html("Call {}, write to {}, or visit or write to us at {}.", phone, email, address)
    if phone:
        return format_html("Call {}, or visit or write to us at {}.", phone, address)
    if email:
        return format_html("Write to {}, or visit or write to us at {}.", email, address)
    return format_html("Visit or write to us at {}.", address)
