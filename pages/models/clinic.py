"""The clinic's facts: one row that staff edit. Unknown facts stay null and are not rendered."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from content.models import PublicContent
from pages.consult_kind import EXAMPLES, VIDEO, ConsultKind, read_consult_kind

from .place_on_maps import PLACE_ON_EARTH, PlaceOnMaps
from .review_first import ReviewFirst
from .safety import Photographs, SafetyFacts
from .time_zone import DEFAULT_TIME_ZONE, find_zone
from .unset import unset


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError("Enter a time zone name like America/New_York.", code="time_zone")


validate_phone = RegexValidator(r"^[0-9+() .-]{7,20}$", "Enter a phone number like (507) 555-0100.", code="phone")


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def current(self) -> "Clinic":
        """The clinic's row; an unsaved one with defaults before the starting content is loaded."""
        return self.filter(pk=1).first() or Clinic()


class Clinic(PlaceOnMaps, SafetyFacts, Photographs, ReviewFirst, PublicContent):
    # They are in letters to patients, lead their replies, or move the posted hours: editors of texts only see them.
    OWNERS_FACTS = (
        *("name", "street", "city", "state", "postal_code", "country", "time_zone", "time_zone_label"),
        *("phone", "fax", "email"),
        *("consult_kind", "video_link", "preparation", "parking", "good_faith_contact"),
    )
    OWNERS_PERMISSION = "pages.change_owners_facts"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(
        max_length=80, default="The clinic", help_text="As printed on every page, for example Example Clinic."
    )
    summary = models.CharField(
        max_length=200,
        default="",
        help_text="One sentence for search engines: what the clinic is, where, and that its use of ketamine is off-label.",
    )
    street = models.CharField(max_length=120, default="", blank=True, help_text="For example 100 Main Street.")
    city = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(max_length=2, default="", blank=True, help_text="Two letters, for example MN.")
    postal_code = models.CharField(max_length=10, default="", blank=True)
    country = models.CharField(max_length=2, default="US")
    time_zone = models.CharField(
        max_length=64, default=DEFAULT_TIME_ZONE, validators=[validate_time_zone], help_text="For example America/New_York."
    )
    time_zone_label = models.CharField(
        max_length=40, default="Central Time", help_text="As patients read it, for example Eastern Time."
    )
    copyright_since = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="First year of the copyright line, for example 2024."
    )
    phone = models.CharField(
        max_length=20,
        null=True,
        blank=True,
        validators=[validate_phone],
        help_text="For example (507) 555-0100. Leave empty to print none.",
    )
    fax = models.CharField(
        max_length=20,
        null=True,
        blank=True,
        validators=[validate_phone],
        help_text="For clinicians who refer, for example (507) 555-0101. Leave empty to print none.",
    )
    email = models.EmailField(null=True, blank=True, help_text="Printed at the bottom of every page. Leave empty to print none.")
    legal_name = models.CharField(
        max_length=120, null=True, blank=True, help_text="The legal entity behind the clinic, for the legal pages."
    )
    # Each is printed as it stands, among other sentences: whole sentences read best.
    consult_kind = unset(
        "how a consult takes place",
        f"Name one way, and nothing else. For example: {EXAMPLES} Form, letters and pages then say “call”, “visit” or “video"
        " call”.",
    )
    video_link = unset(
        "how to join by video",
        "For a consult by video, in whole sentences, for example: We email you a link on the day before. Letters print it, and no"
        " page does.",
    )
    consult_fee = unset("fee of a consult", "For example: A consult is free of charge. If not, include every mandatory fee.")
    fees = unset("fees", "What treatment costs, in whole sentences. Include every mandatory fee (Minnesota Statutes 325D.44).")
    billing_policy = unset(
        "billing and collection policy",
        "The whole policy, which Minnesota Statutes 62J.806 asks for on the website: how you write and speak to patients about"
        " what they owe, what you do before a debt goes to a collection agency or a law firm, and when you give a debt up.",
    )
    insurance = unset("insurance", "Which plans are accepted, and which documents patients can get for their insurer.")
    federal_funds = models.BooleanField(
        "federal funds",
        null=True,
        blank=True,
        help_text="Whether the clinic takes federal money, like Medicare or Medicaid. If so, the two notices below are due.",
    )
    nondiscrimination_notice = unset(
        "nondiscrimination notice", "The notice of 45 CFR 92.10, word for word. Due where federal funds are taken."
    )
    language_notice = unset(
        "language assistance notice",
        "The notice of 45 CFR 92.11, in every language that it has to be given in. Due where federal funds are taken.",
    )
    routes = unset("routes offered", "For example: We give ketamine by infusion. List only what the clinic offers.")
    spravato = unset("Spravato", "Whether the clinic offers it, for example: We do not offer Spravato.")
    ages = unset("ages", "For example: We see adults from 18 to 75.")
    referral_policy = unset("referral policy", "For example: You do not need a referral.")
    referral_reply = unset(
        "reply to the referring clinician",
        "What a clinician who refers gets back, and when. For example: We write to you after the consult.",
    )
    preparation = unset(
        "preparation",
        "What to do before the first visit, which is the consult. For example: Please come ten minutes early. Letters print it,"
        " so do not write about treatment here.",
    )
    after_hours = unset("after hours", "Whom patients reach outside the posted hours.")
    interpreter = unset(
        "interpreter", "How early to ask, and how. For example: We arrange an interpreter at no charge. Tell us a week ahead."
    )
    parking = unset(
        "parking and access", "Parking, entrance, stairs, elevator. Letters print it, so do not write about treatment here."
    )
    area = unset(
        "the area and the roads",
        "One paragraph on where the clinic is and how to drive there, in winter too, checked by somebody who has driven it. The"
        " home page prints the first sentence, so let that one stand alone. Do not list towns.",
    )
    good_faith_contact = unset(
        "good faith estimate contact",
        "For example: Call the front desk and ask for a written estimate. Letters print it, so do not write about"
        " treatment here.",
    )
    hosting_provider = models.CharField(
        max_length=120, null=True, blank=True, help_text="The company that runs the server, for the privacy policy."
    )
    mail_provider = models.CharField(
        max_length=120, null=True, blank=True, help_text="The company that carries the clinic's email, for the privacy policy."
    )
    privacy_notice_url = models.URLField(
        "Notice of Privacy Practices", null=True, blank=True, help_text="URL of the clinic's own notice."
    )
    announcement = models.CharField(
        max_length=200,
        default="",
        blank=True,
        help_text="Shown at the top of every page, for example: Closed because of snow. We will call everyone with a visit.",
    )
    announcement_until = models.DateTimeField(
        "shown until",
        null=True,
        blank=True,
        help_text="Clinic time. The announcement disappears at this moment. Leave empty to show it until you delete it.",
    )

    confirmed_answer_days = models.PositiveSmallIntegerField(
        "confirmed answer time",
        null=True,
        blank=True,
        help_text="The open days within which the clinic will answer. prelaunch reports it while it is empty or differs from"
        " the consult policy.",
    )
    confirmed_erase_days = models.PositiveSmallIntegerField(
        "confirmed retention",
        null=True,
        blank=True,
        help_text="The days after which a finished request may be erased, as confirmed by the clinic's counsel.",
    )
    confirmed_privacy_on = models.DateField(
        "legal duties confirmed",
        null=True,
        blank=True,
        help_text="The day counsel confirmed whether HIPAA covers the clinic, and everything else that prelaunch lists as not"
        " confirmed while this is empty: agreements, notices, and the clinic's names.",
    )

    objects = ClinicQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = verbose_name_plural = "clinic facts"
        permissions = [("change_owners_facts", "Can change the clinic's facts that patients' mail relies on")]
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clinic"), PLACE_ON_EARTH]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The default where this machine does not know the name; monitors are told."""
        return find_zone(self.time_zone) or ZoneInfo(DEFAULT_TIME_ZONE)

    def local_date(self, instant: datetime) -> date:
        """The date on the clinic's calendar at an aware instant."""
        return instant.astimezone(self.zone).date()

    def announcement_at(self, instant: datetime) -> str:
        """The announcement shown at an instant; empty from `announcement_until` on."""
        is_over = self.announcement_until is not None and self.announcement_until <= instant
        return "" if is_over else self.announcement

    def has_set(self, names: set[str]) -> bool:
        """Whether there are facts among the names, and all of them are set."""
        facts = [getattr(self, name) for name in names & _FACTS]
        return bool(facts) and all(fact not in (None, "") for fact in facts)

    @property
    def consult(self) -> ConsultKind:
        return read_consult_kind(self.consult_kind)

    @property
    def consult_place(self) -> str:
        """Where a consult takes place, after a label: `200 Schilling Dr S., Dundas, MN 55019`, or `By phone`."""
        return self.consult.place or self.address_line

    @property
    def way_to_join(self) -> str:
        """How to join a consult by video; empty for any other."""
        return (self.video_link or "") if self.consult == VIDEO else ""

    @property
    def place(self) -> str:
        """`Dundas, MN`, or as much of it as is known."""
        return ", ".join(part for part in (self.city, self.state) if part)

    @property
    def address_line(self) -> str:
        """The postal address, `200 Schilling Dr S., Dundas, MN 55019`, or as much of it as is known."""
        region = " ".join(part for part in (self.state, self.postal_code) if part)
        return ", ".join(part for part in (self.street, self.city, region) if part)


# The facts that may be unset.
_FACTS = {field.name for field in Clinic._meta.fields if field.null}
