import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import pages.models.clinic
import pages.models.old_address
import pages.models.place_on_maps
import pages.npi


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "old_path",
                    models.CharField(
                        help_text="What follows the site's name, for example /our-team. Capitals and a slash at the end make no difference.",
                        max_length=200,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^/[a-z0-9._~-]+(/[a-z0-9._~-]+)*$",
                                "Enter the part of the address after the site's name, for example /our-team. It has letters, digits, dots and hyphens.",
                                code="path",
                            ),
                            pages.models.old_address.validate_not_private,
                        ],
                        verbose_name="old address",
                    ),
                ),
                (
                    "new_path",
                    models.CharField(
                        help_text="A page of this site, for example /meet-our-providers/ or /faqs/#cost.",
                        max_length=200,
                        verbose_name="leads to",
                    ),
                ),
            ],
            options={
                "verbose_name": "old address",
                "verbose_name_plural": "old addresses",
                "ordering": ["old_path"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_path__startswith", "/"), models.Q(("new_path__startswith", "//"), _negated=True)
                        ),
                        name="leads_to_a_page_of_this_site",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="A name for staff, to find it in lists.", max_length=80)),
                (
                    "alt",
                    models.CharField(
                        help_text="Describe the picture for people who cannot see it, for example: A quiet room with two chairs and a lamp.",
                        max_length=250,
                        verbose_name="alternative text",
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("width", models.PositiveIntegerField(editable=False)),
                ("height", models.PositiveIntegerField(editable=False)),
                (
                    "widths",
                    models.JSONField(default=list, editable=False, help_text="The stored widths in pixels, ascending."),
                ),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="The end of the link to this question, after /faqs/#. Leave it empty to take it from the question.",
                        max_length=80,
                        unique=True,
                        verbose_name="address",
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("what-it-is", "What it is"),
                            ("safety", "Safety"),
                            ("eligibility", "Who it may suit"),
                            ("the-visit", "The treatment visit"),
                            ("after-the-visit", "After a treatment"),
                            ("cost", "Cost and insurance"),
                            ("consult", "Consults and requests"),
                            ("privacy", "Privacy"),
                        ],
                        max_length=20,
                    ),
                ),
                ("question", models.CharField(max_length=160)),
                (
                    "answer",
                    models.TextField(
                        help_text="Two to five short, plain sentences, the answer first. You need no marks. If you want one: **bold** makes a word bold, [@key] cites the reference with that key, and {fees} prints that fact of the clinic."
                    ),
                ),
                ("answer_html", models.TextField(default="", editable=False)),
                (
                    "also_asked",
                    models.CharField(
                        blank=True,
                        help_text="Words by which people search for this and that the text does not use, for example: taxi uber lyft. The search finds the question by them, and nobody sees them.",
                        max_length=400,
                        verbose_name="other words for it",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=500, help_text="Lower numbers come first.")),
                ("on_home", models.BooleanField(default=False, help_text="Show it on the home page too.")),
                (
                    "medical",
                    models.BooleanField(
                        default=False, help_text="Check it if the answer says what a treatment does, or for whom it is safe."
                    ),
                ),
                (
                    "clinic_must_answer",
                    models.BooleanField(
                        default=False,
                        help_text="The answer has to come from the clinic: from the facts in braces, such as {fees}, or from your own words. While it is missing, the FAQs list the question under “What we tell you at the consult”.",
                    ),
                ),
                (
                    "is_published",
                    models.BooleanField(
                        default=True,
                        help_text="While it is checked, visitors see this as soon as you save. Without it, it is a draft.",
                        verbose_name="on the site",
                    ),
                ),
                ("updated_on", models.DateField(blank=True, editable=False, null=True)),
            ],
            options={"ordering": ["position", "slug"]},
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        default="The clinic",
                        help_text="As printed on every page, for example Example Clinic.",
                        max_length=80,
                    ),
                ),
                (
                    "summary",
                    models.CharField(
                        default="",
                        help_text="One sentence for search engines: what the clinic is, where, and that its use of ketamine is off-label.",
                        max_length=200,
                    ),
                ),
                ("street", models.CharField(blank=True, default="", help_text="For example 100 Main Street.", max_length=120)),
                ("city", models.CharField(blank=True, default="", max_length=80)),
                ("state", models.CharField(blank=True, default="", help_text="Two letters, for example MN.", max_length=2)),
                ("postal_code", models.CharField(blank=True, default="", max_length=10)),
                ("country", models.CharField(default="US", max_length=2)),
                (
                    "time_zone",
                    models.CharField(
                        default="America/Chicago",
                        help_text="For example America/New_York.",
                        max_length=64,
                        validators=[pages.models.clinic.validate_time_zone],
                    ),
                ),
                (
                    "time_zone_label",
                    models.CharField(
                        default="Central Time", help_text="As patients read it, for example Eastern Time.", max_length=40
                    ),
                ),
                (
                    "copyright_since",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="First year of the copyright line, for example 2024.", null=True
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="For example (507) 555-0100. Leave empty to print none.",
                        max_length=20,
                        null=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9+() .-]{7,20}$", "Enter a phone number like (507) 555-0100.", code="phone"
                            )
                        ],
                    ),
                ),
                (
                    "fax",
                    models.CharField(
                        blank=True,
                        help_text="For clinicians who refer, for example (507) 555-0101. Leave empty to print none.",
                        max_length=20,
                        null=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9+() .-]{7,20}$", "Enter a phone number like (507) 555-0100.", code="phone"
                            )
                        ],
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Printed at the bottom of every page. Leave empty to print none.",
                        max_length=254,
                        null=True,
                    ),
                ),
                (
                    "legal_name",
                    models.CharField(
                        blank=True,
                        help_text="The legal entity behind the clinic, for the legal pages.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "consult_kind",
                    models.TextField(
                        blank=True,
                        help_text="Name one way, and nothing else. For example: By phone. Or: At the clinic. Or: By video call. Form, letters and pages then say “call”, “visit” or “video call”.",
                        null=True,
                        verbose_name="how a consult takes place",
                    ),
                ),
                (
                    "video_link",
                    models.TextField(
                        blank=True,
                        help_text="For a consult by video, in whole sentences, for example: We email you a link on the day before. Letters print it, and no page does.",
                        null=True,
                        verbose_name="how to join by video",
                    ),
                ),
                (
                    "consult_fee",
                    models.TextField(
                        blank=True,
                        help_text="For example: A consult is free of charge. If not, include every mandatory fee.",
                        null=True,
                        verbose_name="fee of a consult",
                    ),
                ),
                (
                    "fees",
                    models.TextField(
                        blank=True,
                        help_text="What treatment costs, in whole sentences. Include every mandatory fee (Minnesota Statutes 325D.44).",
                        null=True,
                        verbose_name="fees",
                    ),
                ),
                (
                    "billing_policy",
                    models.TextField(
                        blank=True,
                        help_text="The whole policy, which Minnesota Statutes 62J.806 asks for on the website: how you write and speak to patients about what they owe, what you do before a debt goes to a collection agency or a law firm, and when you give a debt up.",
                        null=True,
                        verbose_name="billing and collection policy",
                    ),
                ),
                (
                    "insurance",
                    models.TextField(
                        blank=True,
                        help_text="Which plans are accepted, and which documents patients can get for their insurer.",
                        null=True,
                        verbose_name="insurance",
                    ),
                ),
                (
                    "federal_funds",
                    models.BooleanField(
                        blank=True,
                        help_text="Whether the clinic takes federal money, like Medicare or Medicaid. If so, the two notices below are due.",
                        null=True,
                        verbose_name="federal funds",
                    ),
                ),
                (
                    "nondiscrimination_notice",
                    models.TextField(
                        blank=True,
                        help_text="The notice of 45 CFR 92.10, word for word. Due where federal funds are taken.",
                        null=True,
                        verbose_name="nondiscrimination notice",
                    ),
                ),
                (
                    "language_notice",
                    models.TextField(
                        blank=True,
                        help_text="The notice of 45 CFR 92.11, in every language that it has to be given in. Due where federal funds are taken.",
                        null=True,
                        verbose_name="language assistance notice",
                    ),
                ),
                (
                    "routes",
                    models.TextField(
                        blank=True,
                        help_text="For example: We give ketamine by infusion. List only what the clinic offers.",
                        null=True,
                        verbose_name="routes offered",
                    ),
                ),
                (
                    "spravato",
                    models.TextField(
                        blank=True,
                        help_text="Whether the clinic offers it, for example: We do not offer Spravato.",
                        null=True,
                        verbose_name="Spravato",
                    ),
                ),
                (
                    "ages",
                    models.TextField(
                        blank=True, help_text="For example: We see adults from 18 to 75.", null=True, verbose_name="ages"
                    ),
                ),
                (
                    "referral_policy",
                    models.TextField(
                        blank=True,
                        help_text="For example: You do not need a referral.",
                        null=True,
                        verbose_name="referral policy",
                    ),
                ),
                (
                    "referral_reply",
                    models.TextField(
                        blank=True,
                        help_text="What a clinician who refers gets back, and when. For example: We write to you after the consult.",
                        null=True,
                        verbose_name="reply to the referring clinician",
                    ),
                ),
                (
                    "preparation",
                    models.TextField(
                        blank=True,
                        help_text="What to do before the first visit, which is the consult. For example: Please come ten minutes early. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="preparation",
                    ),
                ),
                (
                    "after_hours",
                    models.TextField(
                        blank=True,
                        help_text="Whom patients reach outside the posted hours.",
                        null=True,
                        verbose_name="after hours",
                    ),
                ),
                (
                    "interpreter",
                    models.TextField(
                        blank=True,
                        help_text="How early to ask, and how. For example: We arrange an interpreter at no charge. Tell us a week ahead.",
                        null=True,
                        verbose_name="interpreter",
                    ),
                ),
                (
                    "parking",
                    models.TextField(
                        blank=True,
                        help_text="Parking, entrance, stairs, elevator. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="parking and access",
                    ),
                ),
                (
                    "good_faith_contact",
                    models.TextField(
                        blank=True,
                        help_text="For example: Call the front desk and ask for a written estimate. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="good faith estimate contact",
                    ),
                ),
                (
                    "hosting_provider",
                    models.CharField(
                        blank=True,
                        help_text="The company that runs the server, for the privacy policy.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "mail_provider",
                    models.CharField(
                        blank=True,
                        help_text="The company that carries the clinic's email, for the privacy policy.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "privacy_notice_url",
                    models.URLField(
                        blank=True,
                        help_text="URL of the clinic's own notice.",
                        null=True,
                        verbose_name="Notice of Privacy Practices",
                    ),
                ),
                (
                    "area",
                    models.TextField(
                        blank=True,
                        help_text="One paragraph on where the clinic is and how to drive there, in winter too, checked by somebody who has driven it. The home page prints the first sentence, so let that one stand alone. Do not list towns.",
                        null=True,
                        verbose_name="the area and the roads",
                    ),
                ),
                (
                    "screening",
                    models.TextField(
                        blank=True,
                        help_text="What is checked before a first treatment, and who decides. For example: A clinician checks your health and your medicines, and a blood pressure that is too high puts the treatment off.",
                        null=True,
                        verbose_name="screening before treatment",
                    ),
                ),
                (
                    "monitoring",
                    models.TextField(
                        blank=True,
                        help_text="What is measured, and when. For example: We measure blood pressure, pulse and oxygen before, every 15 minutes during, and until you leave.",
                        null=True,
                        verbose_name="monitoring",
                    ),
                ),
                (
                    "in_the_room",
                    models.TextField(
                        blank=True,
                        help_text="Who stays with a patient, and their life-support training. For example: A nurse with training in advanced life support stays in the room.",
                        null=True,
                        verbose_name="who is in the room",
                    ),
                ),
                (
                    "equipment",
                    models.TextField(
                        blank=True,
                        help_text="What is at hand. For example: Oxygen, a defibrillator and a suction unit are in the room.",
                        null=True,
                        verbose_name="emergency equipment",
                    ),
                ),
                (
                    "transfer_plan",
                    models.TextField(
                        blank=True,
                        help_text="What happens in an emergency, and which hospital it is. For example: We call 911, and a clinician stays with you until the ambulance is there.",
                        null=True,
                        verbose_name="transfer to a hospital",
                    ),
                ),
                (
                    "leaving",
                    models.TextField(
                        blank=True,
                        help_text="For example: You leave when you are awake and steady and your blood pressure is near where it began, with an adult.",
                        null=True,
                        verbose_name="when a patient may leave",
                    ),
                ),
                (
                    "follow_up_call",
                    models.TextField(
                        blank=True,
                        help_text="Who calls, and when. For example: A nurse calls you the next day.",
                        null=True,
                        verbose_name="follow-up call",
                    ),
                ),
                (
                    "outside",
                    models.ForeignKey(
                        blank=True,
                        help_text="The building and its sign, as one sees them from the road.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the outside",
                    ),
                ),
                (
                    "entrance",
                    models.ForeignKey(
                        blank=True,
                        help_text="The door, and the way to it from the parking lot.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the entrance",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        help_text="The chair, and what is around it. Nobody is in the picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the treatment room",
                    ),
                ),
                (
                    "announcement",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Shown at the top of every page, for example: Closed because of snow. We will call everyone with a visit.",
                        max_length=200,
                    ),
                ),
                (
                    "announcement_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Clinic time. The announcement disappears at this moment. Leave empty to show it until you delete it.",
                        null=True,
                        verbose_name="shown until",
                    ),
                ),
                (
                    "medical_review_first",
                    models.BooleanField(
                        default=False,
                        help_text="A changed medical text is then saved as a pending change, and published once a provider has read exactly these words. An owner turns this on and off.",
                        verbose_name="medical changes go live only after review",
                    ),
                ),
                (
                    "confirmed_answer_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The open days within which the clinic will answer. prelaunch reports it while it is empty or differs from the consult policy.",
                        null=True,
                        verbose_name="confirmed answer time",
                    ),
                ),
                (
                    "confirmed_erase_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The days after which a finished request may be erased, as confirmed by the clinic's counsel.",
                        null=True,
                        verbose_name="confirmed retention",
                    ),
                ),
                (
                    "confirmed_privacy_on",
                    models.DateField(
                        blank=True,
                        help_text="The day counsel confirmed whether HIPAA covers the clinic, and everything else that prelaunch lists as not confirmed while this is empty: agreements, notices, and the clinic's names.",
                        null=True,
                        verbose_name="legal duties confirmed",
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="Of the entrance, in degrees north, for example 44.12345. Enter both numbers or neither.",
                        max_digits=7,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="In degrees east; in America it is negative, for example -93.12345.",
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                    ),
                ),
                (
                    "map_url",
                    models.URLField(
                        blank=True,
                        help_text="The address of the clinic's place on a map, which begins with https://.",
                        null=True,
                        validators=[
                            django.core.validators.URLValidator(
                                ["https"], code="https", message="Enter an address that begins with https://."
                            )
                        ],
                        verbose_name="place on a map",
                    ),
                ),
                (
                    "profiles",
                    models.TextField(
                        blank=True,
                        help_text="The clinic's own pages elsewhere, such as its entry in a directory: one address a line, each with https://.",
                        null=True,
                        validators=[pages.models.place_on_maps.validate_profiles],
                        verbose_name="own profiles",
                    ),
                ),
                (
                    "areas_served",
                    models.TextField(
                        blank=True,
                        help_text="One place a line, for example Example County. Only what you confirm: places from which people do come to you.",
                        null=True,
                        verbose_name="areas served",
                    ),
                ),
            ],
            options={
                "verbose_name": "clinic facts",
                "verbose_name_plural": "clinic facts",
                "permissions": [("change_owners_facts", "Can change the clinic's facts that patients' mail relies on")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_clinic"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latitude", None),
                            ("longitude", None),
                        )
                        | models.Q(
                            ("latitude__isnull", False),
                            ("latitude__range", (-90, 90)),
                            ("longitude__isnull", False),
                            ("longitude__range", (-180, 180)),
                        ),
                        name="a_place_on_earth_or_none",
                        violation_error_code="half_a_place",
                        violation_error_message="Enter both latitude and longitude, or neither.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalClinic",
            fields=[
                ("id", models.PositiveSmallIntegerField(db_index=True, default=1, editable=False)),
                (
                    "name",
                    models.CharField(
                        default="The clinic",
                        help_text="As printed on every page, for example Example Clinic.",
                        max_length=80,
                    ),
                ),
                (
                    "summary",
                    models.CharField(
                        default="",
                        help_text="One sentence for search engines: what the clinic is, where, and that its use of ketamine is off-label.",
                        max_length=200,
                    ),
                ),
                ("street", models.CharField(blank=True, default="", help_text="For example 100 Main Street.", max_length=120)),
                ("city", models.CharField(blank=True, default="", max_length=80)),
                ("state", models.CharField(blank=True, default="", help_text="Two letters, for example MN.", max_length=2)),
                ("postal_code", models.CharField(blank=True, default="", max_length=10)),
                ("country", models.CharField(default="US", max_length=2)),
                (
                    "time_zone",
                    models.CharField(
                        default="America/Chicago",
                        help_text="For example America/New_York.",
                        max_length=64,
                        validators=[pages.models.clinic.validate_time_zone],
                    ),
                ),
                (
                    "time_zone_label",
                    models.CharField(
                        default="Central Time", help_text="As patients read it, for example Eastern Time.", max_length=40
                    ),
                ),
                (
                    "copyright_since",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="First year of the copyright line, for example 2024.", null=True
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="For example (507) 555-0100. Leave empty to print none.",
                        max_length=20,
                        null=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9+() .-]{7,20}$", "Enter a phone number like (507) 555-0100.", code="phone"
                            )
                        ],
                    ),
                ),
                (
                    "fax",
                    models.CharField(
                        blank=True,
                        help_text="For clinicians who refer, for example (507) 555-0101. Leave empty to print none.",
                        max_length=20,
                        null=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9+() .-]{7,20}$", "Enter a phone number like (507) 555-0100.", code="phone"
                            )
                        ],
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Printed at the bottom of every page. Leave empty to print none.",
                        max_length=254,
                        null=True,
                    ),
                ),
                (
                    "legal_name",
                    models.CharField(
                        blank=True,
                        help_text="The legal entity behind the clinic, for the legal pages.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "consult_kind",
                    models.TextField(
                        blank=True,
                        help_text="Name one way, and nothing else. For example: By phone. Or: At the clinic. Or: By video call. Form, letters and pages then say “call”, “visit” or “video call”.",
                        null=True,
                        verbose_name="how a consult takes place",
                    ),
                ),
                (
                    "video_link",
                    models.TextField(
                        blank=True,
                        help_text="For a consult by video, in whole sentences, for example: We email you a link on the day before. Letters print it, and no page does.",
                        null=True,
                        verbose_name="how to join by video",
                    ),
                ),
                (
                    "consult_fee",
                    models.TextField(
                        blank=True,
                        help_text="For example: A consult is free of charge. If not, include every mandatory fee.",
                        null=True,
                        verbose_name="fee of a consult",
                    ),
                ),
                (
                    "fees",
                    models.TextField(
                        blank=True,
                        help_text="What treatment costs, in whole sentences. Include every mandatory fee (Minnesota Statutes 325D.44).",
                        null=True,
                        verbose_name="fees",
                    ),
                ),
                (
                    "billing_policy",
                    models.TextField(
                        blank=True,
                        help_text="The whole policy, which Minnesota Statutes 62J.806 asks for on the website: how you write and speak to patients about what they owe, what you do before a debt goes to a collection agency or a law firm, and when you give a debt up.",
                        null=True,
                        verbose_name="billing and collection policy",
                    ),
                ),
                (
                    "insurance",
                    models.TextField(
                        blank=True,
                        help_text="Which plans are accepted, and which documents patients can get for their insurer.",
                        null=True,
                        verbose_name="insurance",
                    ),
                ),
                (
                    "federal_funds",
                    models.BooleanField(
                        blank=True,
                        help_text="Whether the clinic takes federal money, like Medicare or Medicaid. If so, the two notices below are due.",
                        null=True,
                        verbose_name="federal funds",
                    ),
                ),
                (
                    "nondiscrimination_notice",
                    models.TextField(
                        blank=True,
                        help_text="The notice of 45 CFR 92.10, word for word. Due where federal funds are taken.",
                        null=True,
                        verbose_name="nondiscrimination notice",
                    ),
                ),
                (
                    "language_notice",
                    models.TextField(
                        blank=True,
                        help_text="The notice of 45 CFR 92.11, in every language that it has to be given in. Due where federal funds are taken.",
                        null=True,
                        verbose_name="language assistance notice",
                    ),
                ),
                (
                    "routes",
                    models.TextField(
                        blank=True,
                        help_text="For example: We give ketamine by infusion. List only what the clinic offers.",
                        null=True,
                        verbose_name="routes offered",
                    ),
                ),
                (
                    "spravato",
                    models.TextField(
                        blank=True,
                        help_text="Whether the clinic offers it, for example: We do not offer Spravato.",
                        null=True,
                        verbose_name="Spravato",
                    ),
                ),
                (
                    "ages",
                    models.TextField(
                        blank=True, help_text="For example: We see adults from 18 to 75.", null=True, verbose_name="ages"
                    ),
                ),
                (
                    "referral_policy",
                    models.TextField(
                        blank=True,
                        help_text="For example: You do not need a referral.",
                        null=True,
                        verbose_name="referral policy",
                    ),
                ),
                (
                    "referral_reply",
                    models.TextField(
                        blank=True,
                        help_text="What a clinician who refers gets back, and when. For example: We write to you after the consult.",
                        null=True,
                        verbose_name="reply to the referring clinician",
                    ),
                ),
                (
                    "preparation",
                    models.TextField(
                        blank=True,
                        help_text="What to do before the first visit, which is the consult. For example: Please come ten minutes early. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="preparation",
                    ),
                ),
                (
                    "after_hours",
                    models.TextField(
                        blank=True,
                        help_text="Whom patients reach outside the posted hours.",
                        null=True,
                        verbose_name="after hours",
                    ),
                ),
                (
                    "interpreter",
                    models.TextField(
                        blank=True,
                        help_text="How early to ask, and how. For example: We arrange an interpreter at no charge. Tell us a week ahead.",
                        null=True,
                        verbose_name="interpreter",
                    ),
                ),
                (
                    "parking",
                    models.TextField(
                        blank=True,
                        help_text="Parking, entrance, stairs, elevator. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="parking and access",
                    ),
                ),
                (
                    "good_faith_contact",
                    models.TextField(
                        blank=True,
                        help_text="For example: Call the front desk and ask for a written estimate. Letters print it, so do not write about treatment here.",
                        null=True,
                        verbose_name="good faith estimate contact",
                    ),
                ),
                (
                    "hosting_provider",
                    models.CharField(
                        blank=True,
                        help_text="The company that runs the server, for the privacy policy.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "mail_provider",
                    models.CharField(
                        blank=True,
                        help_text="The company that carries the clinic's email, for the privacy policy.",
                        max_length=120,
                        null=True,
                    ),
                ),
                (
                    "privacy_notice_url",
                    models.URLField(
                        blank=True,
                        help_text="URL of the clinic's own notice.",
                        null=True,
                        verbose_name="Notice of Privacy Practices",
                    ),
                ),
                (
                    "area",
                    models.TextField(
                        blank=True,
                        help_text="One paragraph on where the clinic is and how to drive there, in winter too, checked by somebody who has driven it. The home page prints the first sentence, so let that one stand alone. Do not list towns.",
                        null=True,
                        verbose_name="the area and the roads",
                    ),
                ),
                (
                    "screening",
                    models.TextField(
                        blank=True,
                        help_text="What is checked before a first treatment, and who decides. For example: A clinician checks your health and your medicines, and a blood pressure that is too high puts the treatment off.",
                        null=True,
                        verbose_name="screening before treatment",
                    ),
                ),
                (
                    "monitoring",
                    models.TextField(
                        blank=True,
                        help_text="What is measured, and when. For example: We measure blood pressure, pulse and oxygen before, every 15 minutes during, and until you leave.",
                        null=True,
                        verbose_name="monitoring",
                    ),
                ),
                (
                    "in_the_room",
                    models.TextField(
                        blank=True,
                        help_text="Who stays with a patient, and their life-support training. For example: A nurse with training in advanced life support stays in the room.",
                        null=True,
                        verbose_name="who is in the room",
                    ),
                ),
                (
                    "equipment",
                    models.TextField(
                        blank=True,
                        help_text="What is at hand. For example: Oxygen, a defibrillator and a suction unit are in the room.",
                        null=True,
                        verbose_name="emergency equipment",
                    ),
                ),
                (
                    "transfer_plan",
                    models.TextField(
                        blank=True,
                        help_text="What happens in an emergency, and which hospital it is. For example: We call 911, and a clinician stays with you until the ambulance is there.",
                        null=True,
                        verbose_name="transfer to a hospital",
                    ),
                ),
                (
                    "leaving",
                    models.TextField(
                        blank=True,
                        help_text="For example: You leave when you are awake and steady and your blood pressure is near where it began, with an adult.",
                        null=True,
                        verbose_name="when a patient may leave",
                    ),
                ),
                (
                    "follow_up_call",
                    models.TextField(
                        blank=True,
                        help_text="Who calls, and when. For example: A nurse calls you the next day.",
                        null=True,
                        verbose_name="follow-up call",
                    ),
                ),
                (
                    "outside",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The building and its sign, as one sees them from the road.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the outside",
                    ),
                ),
                (
                    "entrance",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The door, and the way to it from the parking lot.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the entrance",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The chair, and what is around it. Nobody is in the picture.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.picture",
                        verbose_name="photograph of the treatment room",
                    ),
                ),
                (
                    "announcement",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Shown at the top of every page, for example: Closed because of snow. We will call everyone with a visit.",
                        max_length=200,
                    ),
                ),
                (
                    "announcement_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Clinic time. The announcement disappears at this moment. Leave empty to show it until you delete it.",
                        null=True,
                        verbose_name="shown until",
                    ),
                ),
                (
                    "medical_review_first",
                    models.BooleanField(
                        default=False,
                        help_text="A changed medical text is then saved as a pending change, and published once a provider has read exactly these words. An owner turns this on and off.",
                        verbose_name="medical changes go live only after review",
                    ),
                ),
                (
                    "confirmed_answer_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The open days within which the clinic will answer. prelaunch reports it while it is empty or differs from the consult policy.",
                        null=True,
                        verbose_name="confirmed answer time",
                    ),
                ),
                (
                    "confirmed_erase_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The days after which a finished request may be erased, as confirmed by the clinic's counsel.",
                        null=True,
                        verbose_name="confirmed retention",
                    ),
                ),
                (
                    "confirmed_privacy_on",
                    models.DateField(
                        blank=True,
                        help_text="The day counsel confirmed whether HIPAA covers the clinic, and everything else that prelaunch lists as not confirmed while this is empty: agreements, notices, and the clinic's names.",
                        null=True,
                        verbose_name="legal duties confirmed",
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="Of the entrance, in degrees north, for example 44.12345. Enter both numbers or neither.",
                        max_digits=7,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="In degrees east; in America it is negative, for example -93.12345.",
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                    ),
                ),
                (
                    "map_url",
                    models.URLField(
                        blank=True,
                        help_text="The address of the clinic's place on a map, which begins with https://.",
                        null=True,
                        validators=[
                            django.core.validators.URLValidator(
                                ["https"], code="https", message="Enter an address that begins with https://."
                            )
                        ],
                        verbose_name="place on a map",
                    ),
                ),
                (
                    "profiles",
                    models.TextField(
                        blank=True,
                        help_text="The clinic's own pages elsewhere, such as its entry in a directory: one address a line, each with https://.",
                        null=True,
                        validators=[pages.models.place_on_maps.validate_profiles],
                        verbose_name="own profiles",
                    ),
                ),
                (
                    "areas_served",
                    models.TextField(
                        blank=True,
                        help_text="One place a line, for example Example County. Only what you confirm: places from which people do come to you.",
                        null=True,
                        verbose_name="areas served",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical clinic facts",
                "verbose_name_plural": "historical clinic facts",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestion",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="The end of the link to this question, after /faqs/#. Leave it empty to take it from the question.",
                        max_length=80,
                        verbose_name="address",
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("what-it-is", "What it is"),
                            ("safety", "Safety"),
                            ("eligibility", "Who it may suit"),
                            ("the-visit", "The treatment visit"),
                            ("after-the-visit", "After a treatment"),
                            ("cost", "Cost and insurance"),
                            ("consult", "Consults and requests"),
                            ("privacy", "Privacy"),
                        ],
                        max_length=20,
                    ),
                ),
                ("question", models.CharField(max_length=160)),
                (
                    "answer",
                    models.TextField(
                        help_text="Two to five short, plain sentences, the answer first. You need no marks. If you want one: **bold** makes a word bold, [@key] cites the reference with that key, and {fees} prints that fact of the clinic."
                    ),
                ),
                (
                    "also_asked",
                    models.CharField(
                        blank=True,
                        help_text="Words by which people search for this and that the text does not use, for example: taxi uber lyft. The search finds the question by them, and nobody sees them.",
                        max_length=400,
                        verbose_name="other words for it",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=500, help_text="Lower numbers come first.")),
                ("on_home", models.BooleanField(default=False, help_text="Show it on the home page too.")),
                (
                    "medical",
                    models.BooleanField(
                        default=False, help_text="Check it if the answer says what a treatment does, or for whom it is safe."
                    ),
                ),
                (
                    "clinic_must_answer",
                    models.BooleanField(
                        default=False,
                        help_text="The answer has to come from the clinic: from the facts in braces, such as {fees}, or from your own words. While it is missing, the FAQs list the question under “What we tell you at the consult”.",
                    ),
                ),
                (
                    "is_published",
                    models.BooleanField(
                        default=True,
                        help_text="While it is checked, visitors see this as soon as you save. Without it, it is a draft.",
                        verbose_name="on the site",
                    ),
                ),
                ("updated_on", models.DateField(blank=True, editable=False, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical question",
                "verbose_name_plural": "historical questions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProvider",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                ("name", models.CharField(help_text="Full name, without title.", max_length=120)),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="The last part of the web address. Leave it empty to take it from the name. It stays when the name changes; if you change it, the former address leads to the new one.",
                        max_length=100,
                        verbose_name="address",
                    ),
                ),
                (
                    "credentials",
                    models.CharField(blank=True, help_text="As spelled on the license, for example APRN, CNP.", max_length=120),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        help_text="In a few words, for example: Nurse practitioner, medical director.",
                        max_length=120,
                        verbose_name="job title",
                    ),
                ),
                ("evaluates", models.BooleanField(default=False, verbose_name="evaluates patients")),
                ("prescribes", models.BooleanField(default=False, verbose_name="prescribes")),
                ("gives", models.BooleanField(default=False, verbose_name="gives treatment and watches over patients")),
                ("in_charge", models.BooleanField(default=False, verbose_name="is in charge of medical care")),
                ("answers_afterward", models.BooleanField(default=False, verbose_name="answers calls afterward")),
                (
                    "license_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("physician", "Physician"),
                            ("physician-assistant", "Physician assistant"),
                            ("advanced-practice-nurse", "Advanced practice registered nurse"),
                            ("registered-nurse", "Registered nurse"),
                            ("practical-nurse", "Licensed practical nurse"),
                            ("psychologist", "Licensed psychologist"),
                            ("social-worker", "Licensed independent clinical social worker"),
                            ("family-therapist", "Licensed marriage and family therapist"),
                        ],
                        help_text="The license in the clinic's state. In Minnesota the profile links to the board where patients can look it up.",
                        max_length=40,
                    ),
                ),
                (
                    "license_number",
                    models.CharField(
                        blank=True,
                        help_text="As the board lists it. It is printed. Leave empty to print none.",
                        max_length=40,
                        null=True,
                    ),
                ),
                (
                    "npi",
                    models.CharField(
                        blank=True,
                        help_text="National Provider Identifier, ten digits. Optional; it is printed.",
                        max_length=10,
                        validators=[pages.npi.validate_npi],
                        verbose_name="NPI",
                    ),
                ),
                (
                    "training",
                    models.TextField(
                        blank=True,
                        help_text="One a line: degrees, board certification, training with ketamine. Say where and when.",
                    ),
                ),
                (
                    "emergency_training",
                    models.TextField(
                        blank=True,
                        help_text="One a line, with the year it was last renewed, for example: Advanced cardiovascular life support, 2026.",
                        verbose_name="airway and emergency training",
                    ),
                ),
                (
                    "languages",
                    models.CharField(
                        blank=True,
                        help_text="Those in which this person can explain treatment, for example: English, Spanish.",
                        max_length=120,
                    ),
                ),
                (
                    "available",
                    models.CharField(
                        blank=True,
                        help_text="For example: Mondays and Thursdays, 4 PM to 8 PM.",
                        max_length=160,
                        verbose_name="when they are in",
                    ),
                ),
                (
                    "bio",
                    models.TextField(blank=True, help_text="Plain sentences. State only what is true today."),
                ),
                (
                    "interests",
                    models.TextField(
                        blank=True,
                        help_text="What a patient may want to know before taking advice, for example a share in the clinic, or payment by a drug maker. If there is nothing, you can say that too.",
                        verbose_name="interests that could conflict",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")),
                (
                    "is_published",
                    models.BooleanField(
                        default=False,
                        help_text="Check it when visitors may see this profile. Until then it is a draft.",
                        verbose_name="on the site",
                    ),
                ),
                (
                    "portrait",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Only with the person's consent. The picture brings its alternative text along.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.picture",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical provider",
                "verbose_name_plural": "historical providers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                ("name", models.CharField(help_text="Full name, without title.", max_length=120)),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="The last part of the web address. Leave it empty to take it from the name. It stays when the name changes; if you change it, the former address leads to the new one.",
                        max_length=100,
                        unique=True,
                        verbose_name="address",
                    ),
                ),
                (
                    "credentials",
                    models.CharField(blank=True, help_text="As spelled on the license, for example APRN, CNP.", max_length=120),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        help_text="In a few words, for example: Nurse practitioner, medical director.",
                        max_length=120,
                        verbose_name="job title",
                    ),
                ),
                ("evaluates", models.BooleanField(default=False, verbose_name="evaluates patients")),
                ("prescribes", models.BooleanField(default=False, verbose_name="prescribes")),
                ("gives", models.BooleanField(default=False, verbose_name="gives treatment and watches over patients")),
                ("in_charge", models.BooleanField(default=False, verbose_name="is in charge of medical care")),
                ("answers_afterward", models.BooleanField(default=False, verbose_name="answers calls afterward")),
                (
                    "license_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("physician", "Physician"),
                            ("physician-assistant", "Physician assistant"),
                            ("advanced-practice-nurse", "Advanced practice registered nurse"),
                            ("registered-nurse", "Registered nurse"),
                            ("practical-nurse", "Licensed practical nurse"),
                            ("psychologist", "Licensed psychologist"),
                            ("social-worker", "Licensed independent clinical social worker"),
                            ("family-therapist", "Licensed marriage and family therapist"),
                        ],
                        help_text="The license in the clinic's state. In Minnesota the profile links to the board where patients can look it up.",
                        max_length=40,
                    ),
                ),
                (
                    "license_number",
                    models.CharField(
                        blank=True,
                        help_text="As the board lists it. It is printed. Leave empty to print none.",
                        max_length=40,
                        null=True,
                    ),
                ),
                (
                    "npi",
                    models.CharField(
                        blank=True,
                        help_text="National Provider Identifier, ten digits. Optional; it is printed.",
                        max_length=10,
                        validators=[pages.npi.validate_npi],
                        verbose_name="NPI",
                    ),
                ),
                (
                    "training",
                    models.TextField(
                        blank=True,
                        help_text="One a line: degrees, board certification, training with ketamine. Say where and when.",
                    ),
                ),
                (
                    "emergency_training",
                    models.TextField(
                        blank=True,
                        help_text="One a line, with the year it was last renewed, for example: Advanced cardiovascular life support, 2026.",
                        verbose_name="airway and emergency training",
                    ),
                ),
                (
                    "languages",
                    models.CharField(
                        blank=True,
                        help_text="Those in which this person can explain treatment, for example: English, Spanish.",
                        max_length=120,
                    ),
                ),
                (
                    "available",
                    models.CharField(
                        blank=True,
                        help_text="For example: Mondays and Thursdays, 4 PM to 8 PM.",
                        max_length=160,
                        verbose_name="when they are in",
                    ),
                ),
                (
                    "bio",
                    models.TextField(blank=True, help_text="Plain sentences. State only what is true today."),
                ),
                ("bio_html", models.TextField(default="", editable=False)),
                (
                    "interests",
                    models.TextField(
                        blank=True,
                        help_text="What a patient may want to know before taking advice, for example a share in the clinic, or payment by a drug maker. If there is nothing, you can say that too.",
                        verbose_name="interests that could conflict",
                    ),
                ),
                (
                    "portrait",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only with the person's consent. The picture brings its alternative text along.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="pages.picture",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")),
                (
                    "is_published",
                    models.BooleanField(
                        default=False,
                        help_text="Check it when visitors may see this profile. Until then it is a draft.",
                        verbose_name="on the site",
                    ),
                ),
            ],
            options={"ordering": ["position", "name"]},
        ),
        migrations.CreateModel(
            name="Page",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        blank=True, help_text="Markdown. Cite a source with [@key]; see the list of references for the keys."
                    ),
                ),
                ("body_html", models.TextField(default="", editable=False)),
                (
                    "contents",
                    models.JSONField(default=list, editable=False, help_text="[{id, text}] of the second-level headings."),
                ),
                ("updated_on", models.DateField(help_text="The date the text last changed. Saving sets it.")),
                ("reviewed_on", models.DateField(blank=True, help_text="The date the provider read this text.", null=True)),
                ("reviewed_digest", models.CharField(blank=True, default="", editable=False, max_length=64)),
                (
                    "review_by",
                    models.DateField(
                        blank=True,
                        help_text="Leave empty for a year after the last change or review, whichever is later.",
                        null=True,
                        verbose_name="check again by",
                    ),
                ),
                (
                    "key",
                    models.SlugField(
                        help_text="The last part of the web address, for example for-clinicians. It cannot be changed later.",
                        max_length=40,
                        unique=True,
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(help_text="The heading at the top of the page.", max_length=120)),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="For breadcrumbs, if it differs from the title, for example FAQs.",
                        max_length=40,
                        verbose_name="short name",
                    ),
                ),
                (
                    "browser_title",
                    models.CharField(
                        help_text="Shown in the browser's tab and in search results, before the clinic's name.", max_length=60
                    ),
                ),
                (
                    "description",
                    models.CharField(
                        help_text="For search engines: one or two sentences, 80 to 155 characters. {name} and {place} are the clinic's.",
                        max_length=170,
                    ),
                ),
                ("eyebrow", models.CharField(blank=True, help_text="An optional short line above the heading.", max_length=60)),
                (
                    "lede",
                    models.TextField(
                        blank=True, help_text="One or two plain sentences under the heading. {name} and {place} are the clinic's."
                    ),
                ),
                (
                    "in_short",
                    models.TextField(
                        blank=True, help_text="Markdown for the card beside the text. Optional.", verbose_name="in short"
                    ),
                ),
                ("in_short_html", models.TextField(default="", editable=False)),
                (
                    "sheet",
                    models.TextField(
                        blank=True,
                        help_text="Markdown. If it is filled in, it comes out alone, on one page of paper, when the page is printed.",
                        verbose_name="sheet to print",
                    ),
                ),
                ("sheet_html", models.TextField(default="", editable=False)),
                (
                    "medical",
                    models.BooleanField(
                        default=False, help_text="Medical pages show the date of the last change and their medical review."
                    ),
                ),
                (
                    "counsel_reviewed_on",
                    models.DateField(
                        blank=True,
                        help_text="For a legal page: the day the clinic's lawyer read it. While this is empty, the page says that it is a draft.",
                        null=True,
                        verbose_name="reviewed by counsel on",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="A published provider who has read exactly this text. Any later change to the text ends the review.",
                        limit_choices_to={"is_published": True},
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviewed_%(class)ss",
                        to="pages.provider",
                    ),
                ),
            ],
            options={"ordering": ["title"]},
        ),
        migrations.CreateModel(
            name="HistoricalPage",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "claims_justification",
                    models.TextField(
                        blank=True,
                        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
                        verbose_name="justification",
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        blank=True, help_text="Markdown. Cite a source with [@key]; see the list of references for the keys."
                    ),
                ),
                ("updated_on", models.DateField(help_text="The date the text last changed. Saving sets it.")),
                ("reviewed_on", models.DateField(blank=True, help_text="The date the provider read this text.", null=True)),
                (
                    "review_by",
                    models.DateField(
                        blank=True,
                        help_text="Leave empty for a year after the last change or review, whichever is later.",
                        null=True,
                        verbose_name="check again by",
                    ),
                ),
                (
                    "key",
                    models.SlugField(
                        help_text="The last part of the web address, for example for-clinicians. It cannot be changed later.",
                        max_length=40,
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(help_text="The heading at the top of the page.", max_length=120)),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="For breadcrumbs, if it differs from the title, for example FAQs.",
                        max_length=40,
                        verbose_name="short name",
                    ),
                ),
                (
                    "browser_title",
                    models.CharField(
                        help_text="Shown in the browser's tab and in search results, before the clinic's name.", max_length=60
                    ),
                ),
                (
                    "description",
                    models.CharField(
                        help_text="For search engines: one or two sentences, 80 to 155 characters. {name} and {place} are the clinic's.",
                        max_length=170,
                    ),
                ),
                ("eyebrow", models.CharField(blank=True, help_text="An optional short line above the heading.", max_length=60)),
                (
                    "lede",
                    models.TextField(
                        blank=True, help_text="One or two plain sentences under the heading. {name} and {place} are the clinic's."
                    ),
                ),
                (
                    "in_short",
                    models.TextField(
                        blank=True, help_text="Markdown for the card beside the text. Optional.", verbose_name="in short"
                    ),
                ),
                (
                    "sheet",
                    models.TextField(
                        blank=True,
                        help_text="Markdown. If it is filled in, it comes out alone, on one page of paper, when the page is printed.",
                        verbose_name="sheet to print",
                    ),
                ),
                (
                    "medical",
                    models.BooleanField(
                        default=False, help_text="Medical pages show the date of the last change and their medical review."
                    ),
                ),
                (
                    "counsel_reviewed_on",
                    models.DateField(
                        blank=True,
                        help_text="For a legal page: the day the clinic's lawyer read it. While this is empty, the page says that it is a draft.",
                        null=True,
                        verbose_name="reviewed by counsel on",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="A published provider who has read exactly this text. Any later change to the text ends the review.",
                        limit_choices_to={"is_published": True},
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical page",
                "verbose_name_plural": "historical pages",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
