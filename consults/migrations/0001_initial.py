import uuid

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import consults.models.access_record
import consults.models.consult_policy
import consults.models.consult_request
import consults.models.event
import consults.models.outbox_message
import consults.models.posted_time


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Reason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "use",
                    models.CharField(
                        choices=[("decline", "declining a request"), ("cancel", "cancelling a confirmed visit")], max_length=8
                    ),
                ),
                (
                    "code",
                    models.SlugField(
                        help_text="A short name that stays the same, for example decline-full.", max_length=40, unique=True
                    ),
                ),
                ("label", models.CharField(help_text="As staff see it in the list, for example No open time.", max_length=80)),
                (
                    "text",
                    models.TextField(
                        help_text="As the patient reads it, in the email too. Do not name the treatment or an illness."
                    ),
                ),
                (
                    "text_for_move",
                    models.TextField(
                        blank=True,
                        help_text="The same where a patient asked to move a confirmed visit and that is declined: their visit stays. Leave empty to say the text above.",
                        verbose_name="text for a move",
                    ),
                ),
                (
                    "is_about_time",
                    models.BooleanField(
                        default=True,
                        help_text="Also offered where a patient asked to move a confirmed visit and that is declined.",
                    ),
                ),
                (
                    "may_ask_again",
                    models.BooleanField(
                        default=True, help_text="The letter adds that the patient can ask again, with the link to the form."
                    ),
                ),
                (
                    "for_clinicians",
                    models.BooleanField(
                        default=False,
                        help_text="A clinical judgment, for example Another kind of care. Only a clinician who has spoken with the "
                        "person may choose it, and never for several requests at once.",
                        verbose_name="for clinicians only",
                    ),
                ),
                ("is_offered", models.BooleanField(default=True, help_text="Show it in the list.")),
                ("position", models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")),
            ],
            options={
                "ordering": ["use", "position", "code"],
                "permissions": [("give_clinicians_reason", "Can give a reason that is for clinicians only")],
            },
        ),
        migrations.CreateModel(
            name="ReferralSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.SlugField(
                        help_text="A short name that stays the same, for example doctor.", max_length=40, unique=True
                    ),
                ),
                ("label", models.CharField(help_text="As staff see it, for example A doctor or therapist.", max_length=80)),
                ("is_offered", models.BooleanField(default=True, help_text="Show it in the list.")),
                ("position", models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")),
            ],
            options={"ordering": ["position", "code"]},
        ),
        migrations.CreateModel(
            name="PrintedSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.SlugField(
                        help_text="As printed at the end of the URL, for example clinicians in /cost/?via=clinicians.",
                        max_length=40,
                        unique=True,
                    ),
                ),
                (
                    "label",
                    models.CharField(help_text="As staff see it, for example Sheet for referring clinicians.", max_length=80),
                ),
                (
                    "is_counted",
                    models.BooleanField(default=True, help_text="Count pages that are opened with this code."),
                ),
            ],
            options={"ordering": ["code"]},
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="For example Google Business Profile.", max_length=80, unique=True)),
                ("position", models.PositiveSmallIntegerField(default=500, help_text="Lower numbers come first.")),
                (
                    "is_used",
                    models.BooleanField(
                        default=True, help_text="Remind us of it when the hours or the address change.", verbose_name="in use"
                    ),
                ),
                (
                    "told",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="The facts when it was last checked (see consults.listings).",
                    ),
                ),
                ("checked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("checked_at", None), ("checked_by", None))
                        | models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                        name="a_person_checks_a_listing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="The first date of the month.")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("referral", "how people heard of the clinic"),
                            ("sheet", "pages opened from a printed sheet"),
                            ("not-found", "addresses that lead nowhere"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="The code of the referral source or the printed sheet.", max_length=40
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        blank=True,
                        help_text="The page that was opened, for example /cost/, or the address that leads nowhere.",
                        max_length=200,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "figure",
                "verbose_name_plural": "figures",
                "ordering": ["subject", "code", "path", "month"],
                "constraints": [models.UniqueConstraint(fields=("month", "subject", "code", "path"), name="one_count_a_month")],
            },
        ),
        migrations.CreateModel(
            name="OpenHoliday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True)),
                ("name", models.CharField(help_text="The holiday, for example Thanksgiving Day.", max_length=80)),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsultPolicy",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "length_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="How long a consult lasts, in minutes, for example 30.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(480),
                            consults.models.consult_policy.validate_five_minute_length,
                        ],
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How many consults may run at the same time, for example 1.",
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                    ),
                ),
                (
                    "notice_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="The soonest a consult may begin after it is asked for, in hours, for example 24.",
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(720)],
                    ),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="How many days ahead consults may be asked for, counted in dates, for example 60.",
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)],
                    ),
                ),
                (
                    "answer_open_days",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="We answer by closing time of this many open days after the day of the request, for example 2.",
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                    ),
                ),
                (
                    "erase_after_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        help_text="Personal data is erased this many days after the request ended, for example 90.",
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)],
                    ),
                ),
            ],
            options={
                "verbose_name": "consult policy",
                "verbose_name_plural": "consult policy",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_consult_policy"),
                    models.CheckConstraint(
                        condition=models.Q(("length_minutes__gte", 5)), name="a_consult_lasts_five_minutes_or_more"
                    ),
                    models.CheckConstraint(condition=models.Q(("capacity__gte", 1)), name="at_least_one_consult_at_a_time"),
                    models.CheckConstraint(
                        condition=models.Q(("answer_open_days__gte", 1)), name="an_answer_takes_an_open_day_or_more"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsultRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reference",
                    models.CharField(
                        default=consults.models.consult_request.new_reference, editable=False, max_length=9, unique=True
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Not answered in time"),
                            ("completed", "Completed"),
                            ("missed", "No-show"),
                            ("quarantined", "Set aside"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(
                        help_text="UTC; empty when none of the times worked and the clinic will get in touch.", null=True
                    ),
                ),
                ("length_minutes", models.PositiveSmallIntegerField()),
                (
                    "confirmed_starts_at",
                    models.DateTimeField(
                        help_text="UTC; the visit that is confirmed. While a move waits for an answer, it is not `starts_at`.",
                        null=True,
                    ),
                ),
                ("confirmed_length_minutes", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "addressed_at",
                    models.DateTimeField(
                        help_text=(
                            "When its present contact was given, it was restored or its number was called. "
                            "The limits count from then."
                        )
                    ),
                ),
                ("answer_by", models.DateTimeField(help_text="The patient was told that the clinic answers by then.")),
                ("ended_at", models.DateTimeField(help_text="Of a visit that took place, or was missed: its start.", null=True)),
                (
                    "erased_at",
                    models.DateTimeField(help_text="From then on, nothing in this row identifies the person.", null=True),
                ),
                (
                    "kept_despite",
                    models.JSONField(
                        default=dict,
                        help_text="What staff accepted of this start: closed (the hours of its date), full (the capacity).",
                    ),
                ),
                ("confirmed_kept_despite", models.JSONField(default=dict, help_text="The same of the confirmed start.")),
                (
                    "referral_counted",
                    models.BooleanField(
                        default=False,
                        help_text="Staff counted how the person heard of the clinic. The answer itself is not kept here.",
                    ),
                ),
                (
                    "wants_earlier",
                    models.BooleanField(default=False, help_text="Asked to be told if an earlier time frees up."),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, help_text="Rises with every change, so that a decision about an older version is refused."
                    ),
                ),
                (
                    "calendar_uid",
                    models.UUIDField(default=uuid.uuid4, db_index=True, help_text="Of its calendar entry, wherever the site is."),
                ),
                (
                    "calendar_step",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Added to the version for a calendar's SEQUENCE. Rises with each restore: versions repeat then.",
                    ),
                ),
                (
                    "client",
                    models.CharField(
                        blank=True, help_text="Keyed hash of the sender's IP address, kept for a day.", max_length=40
                    ),
                ),
                (
                    "submission_key",
                    models.CharField(help_text="From the form's ticket: one form, one request.", max_length=43, unique=True),
                ),
                ("sealed", models.BinaryField()),
                ("email_index", models.CharField(blank=True, max_length=40)),
                ("phone_index", models.CharField(blank=True, max_length=40)),
                (
                    "former_contacts",
                    models.CharField(
                        blank=True,
                        help_text="The same of addresses that were sent a letter and corrected, for a day.",
                        max_length=82,
                    ),
                ),
                (
                    "contact_index",
                    models.CharField(
                        blank=True,
                        help_text="Of the contact that is answered, for the limits of what one person is sent.",
                        max_length=40,
                    ),
                ),
                (
                    "called_index",
                    models.CharField(
                        blank=True,
                        help_text="Of the phone number that is called because the email address takes no mail.",
                        max_length=40,
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        help_text="The colleague who takes care of it.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("export_consultrequest", "Can export a list of requests"),
                    ("erase_consultrequest", "Can print and erase one person's data"),
                ]
            },
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=consults.models.access_record.kinds, max_length=10),
                ),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "rows",
                    models.PositiveIntegerField(default=1, help_text="For a list, the number of requests in it."),
                ),
                (
                    "term_index",
                    models.CharField(blank=True, help_text="For a search, the keyed hash of what was typed.", max_length=40),
                ),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_records",
                        to="consults.consultrequest",
                    ),
                ),
            ],
            options={"verbose_name": "access record", "verbose_name_plural": "access record", "ordering": ["-at", "-pk"]},
        ),
        migrations.CreateModel(
            name="Handing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handings", to="consults.consultrequest"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        help_text="The colleague who takes care of it from then on; empty: nobody.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TakenAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mail",
                    models.CharField(help_text="Hash of its Message-ID. Deleted when the request is erased.", max_length=64),
                ),
                ("at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taken_answers",
                        to="consults.consultrequest",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("request", "mail"), name="an_answer_is_taken_once")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="Counts from 1.")),
                (
                    "kind",
                    models.CharField(
                        choices=consults.models.event.event_kinds,
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Not answered in time"),
                            ("completed", "Completed"),
                            ("missed", "No-show"),
                            ("quarantined", "Set aside"),
                        ],
                        help_text="The status after the event.",
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField(null=True)),
                ("reason", models.SlugField(blank=True, help_text="Code of the reason that staff chose.", max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Empty when it was the patient or the system.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="consults.consultrequest",
                    ),
                ),
            ],
            options={"ordering": ["request", "number"]},
        ),
        migrations.CreateModel(
            name="OpeningHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        help_text="A day may have several rows. A day without one is closed.",
                    ),
                ),
                (
                    "opens",
                    models.TimeField(
                        help_text="Clinic time, for example 4:00 PM or noon.",
                        validators=[consults.models.posted_time.validate_five_minutes],
                    ),
                ),
                (
                    "closes",
                    models.TimeField(
                        help_text="The last consult ends at this time, for example 8:00 PM.",
                        validators=[consults.models.posted_time.validate_five_minutes],
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "opening hours",
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__gte", 0), ("weekday__lte", 6)), name="a_week_has_seven_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens__lt", models.F("closes"))),
                        name="weekly_hours_open_before_they_close",
                        violation_error_message="The closing time must be after the opening time.",
                    ),
                    models.UniqueConstraint(fields=("weekday", "opens"), name="one_weekly_row_per_opening"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="The kind of event it reports, for example requested.", max_length=30)),
                ("recipient", models.CharField(choices=[("patient", "Patient"), ("staff", "Staff")], max_length=10)),
                ("channel", models.CharField(choices=consults.models.outbox_message.channels, max_length=6)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed"), ("dropped", "no longer needed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "message_id",
                    models.UUIDField(
                        default=uuid.uuid4, help_text="Part of the Message-ID, the same at every attempt.", unique=True
                    ),
                ),
                (
                    "is_first",
                    models.BooleanField(
                        default=False,
                        help_text="To a patient who was sent nothing before, nor decided about: the address may be a stranger's.",
                    ),
                ),
                ("sealed", models.BinaryField()),
                (
                    "place",
                    models.TextField(blank=True, help_text="Where a consult took place by the clinic's facts when it last left."),
                ),
                (
                    "way_to_join",
                    models.TextField(blank=True, help_text="How to join a video call, by the clinic's facts of the same moment."),
                ),
                (
                    "created_at",
                    models.DateTimeField(help_text="When it was written; of a reminder that was tried, when it was due."),
                ),
                (
                    "not_before",
                    models.DateTimeField(
                        help_text="The next attempt. A worker that claims the message moves it forward as its lease."
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "calls_tried",
                    models.PositiveSmallIntegerField(default=0, help_text="How often staff called and nobody answered."),
                ),
                (
                    "call_again_at",
                    models.DateTimeField(help_text="A call that nobody answered is not on the lists until then.", null=True),
                ),
                (
                    "known_start",
                    models.DateTimeField(
                        help_text=(
                            "Of the visit that the person knew of when it was written: they come then unless they hear of this."
                        ),
                        null=True,
                    ),
                ),
                (
                    "done_at",
                    models.DateTimeField(help_text="When it was handed over, or staff made the call.", null=True),
                ),
                (
                    "problem",
                    models.CharField(blank=True, help_text="Code of the last failure, without personal data.", max_length=60),
                ),
                (
                    "is_dealt_with",
                    models.BooleanField(
                        default=False, help_text="It failed, and staff told the person otherwise, or there is nobody to tell."
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        help_text="Empty where no request is meant.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="consults.event",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        help_text=(
                            "Who last marked the call as made, not made or not answered, the email as dealt with, or sent it again."
                        ),
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("marked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="EarlierOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(help_text="UTC; the offered start.")),
                ("length_minutes", models.PositiveSmallIntegerField()),
                ("offered_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField(help_text="The patient was told that the time is held until then.")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "open"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("lapsed", "not answered in time"),
                            ("taken_back", "taken back by staff"),
                            ("overtaken", "ended by another decision"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "offered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="consults.consultrequest"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("answer", "")), fields=["answer_by"], name="open_offers_by_deadline")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "")), fields=("request",), name="a_request_has_one_open_offer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "accepted", "refused", "lapsed", "taken_back", "overtaken"])),
                        name="an_offer_has_a_known_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answered_offer_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer_by__lt", models.F("starts_at"))), name="an_offer_runs_out_before_its_start"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cell", models.BigIntegerField(help_text="Number of the five-minute cell, counted from 1970 in UTC.")),
                ("seat", models.PositiveSmallIntegerField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="consults.consultrequest"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SpecialHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(help_text="The rows for a date replace its weekly hours.")),
                (
                    "opens",
                    models.TimeField(
                        blank=True,
                        help_text="For example 8:00 AM or noon. Leave both times empty if the clinic is closed all day.",
                        null=True,
                        validators=[consults.models.posted_time.validate_five_minutes],
                    ),
                ),
                (
                    "closes",
                    models.TimeField(blank=True, null=True, validators=[consults.models.posted_time.validate_five_minutes]),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="Printed beside the date, for example Christmas Day.", max_length=80),
                ),
            ],
            options={
                "verbose_name_plural": "special hours",
                "ordering": ["date", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            models.Q(("closes__isnull", False), ("opens__isnull", False)),
                            _connector="OR",
                        ),
                        name="special_hours_have_both_times_or_none",
                        violation_error_message="Give both times, or leave both empty for a closed day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens__isnull", True), ("opens__lt", models.F("closes")), _connector="OR"),
                        name="special_hours_open_before_they_close",
                        violation_error_message="The closing time must be after the opening time.",
                    ),
                    models.UniqueConstraint(fields=("date", "opens"), name="one_special_row_per_opening"),
                    models.UniqueConstraint(
                        condition=models.Q(("opens__isnull", True)), fields=("date",), name="one_closed_row_per_date"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkerHeartbeat",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
                ("ended", models.BooleanField(default=False)),
                ("beats", models.PositiveBigIntegerField(default=0, help_text="Only goes up: see `clinic_site.gone_back`.")),
                (
                    "settles_until",
                    models.DateTimeField(null=True, help_text="Until when a worker leaves alone what fell due before its start."),
                ),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_heartbeat")]},
        ),
        migrations.AddIndex(
            model_name="consultrequest", index=models.Index(fields=["status", "answer_by"], name="requests_by_reply_time")
        ),
        migrations.AddIndex(model_name="consultrequest", index=models.Index(fields=["starts_at"], name="requests_by_start")),
        migrations.AddIndex(
            model_name="consultrequest",
            index=models.Index(fields=["confirmed_starts_at"], name="requests_by_confirmed_start"),
        ),
        migrations.AddIndex(model_name="consultrequest", index=models.Index(fields=["created_at"], name="requests_by_arrival")),
        migrations.AddIndex(
            model_name="consultrequest", index=models.Index(fields=["addressed_at"], name="requests_by_first_letter")
        ),
        migrations.AddIndex(
            model_name="consultrequest",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["status", "created_at"], name="ended_requests_by_arrival"
            ),
        ),
        migrations.AddIndex(
            model_name="consultrequest",
            index=models.Index(condition=models.Q(("client", ""), _negated=True), fields=["client"], name="requests_by_client"),
        ),
        migrations.AddIndex(model_name="consultrequest", index=models.Index(fields=["email_index"], name="requests_by_email")),
        migrations.AddIndex(model_name="consultrequest", index=models.Index(fields=["phone_index"], name="requests_by_phone")),
        migrations.AddIndex(
            model_name="consultrequest", index=models.Index(fields=["contact_index"], name="requests_by_contact")
        ),
        migrations.AddIndex(
            model_name="consultrequest",
            index=models.Index(fields=["called_index"], name="requests_by_call"),
        ),
        migrations.AddConstraint(
            model_name="consultrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "requested",
                            "confirmed",
                            "declined",
                            "withdrawn",
                            "cancelled",
                            "expired",
                            "completed",
                            "missed",
                            "quarantined",
                        ],
                    )
                ),
                name="a_request_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at", None), ("status", "confirmed"), _negated=True),
                name="a_confirmed_request_has_a_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("called_index", ""),
                        ("client", ""),
                        ("contact_index", ""),
                        ("email_index", ""),
                        ("former_contacts", ""),
                        ("phone_index", ""),
                        ("sealed", b""),
                    ),
                    _connector="OR",
                ),
                name="an_erased_request_tells_nobodys_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_starts_at", None),
                    ("status__in", ["requested", "confirmed", "completed", "missed"]),
                    _connector="OR",
                ),
                name="only_a_visit_that_stands_is_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("length_minutes__gte", 5)), name="a_request_lasts_five_minutes_or_more"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["kind", "at"], name="events_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="events_of_a_request_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="events_count_from_one"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["not_before"], name="messages_waiting"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["not_before"], name="messages_failed"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(("done_at__isnull", False)), fields=["done_at"], name="messages_sent"),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.UniqueConstraint(fields=("event", "kind", "recipient"), name="an_event_owes_a_message_once"),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("event__isnull", False), models.Q(("channel", "mail"), ("recipient", "staff")), _connector="OR"
                ),
                name="a_message_about_no_request_is_mail_to_staff",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat", constraint=models.UniqueConstraint(fields=("cell", "seat"), name="a_seat_is_held_once")
        ),
    ]
