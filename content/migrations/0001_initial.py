import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

_SQLITE = """
CREATE VIRTUAL TABLE content_search USING fts5(
    url UNINDEXED, title, text, words, tokenize = "porter unicode61 remove_diacritics 2", prefix = '3 5'
)
"""
_POSTGRESQL = """
CREATE TABLE content_search (
    rowid bigint PRIMARY KEY,
    url text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    words text NOT NULL,
    search_vector tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', words), 'A') || setweight(to_tsvector('english', title), 'B')
        || setweight(to_tsvector('english', text), 'D')
    ) STORED
);
CREATE INDEX content_search_vector ON content_search USING gin (search_vector);
"""


def make_search_table(apps, schema_editor):
    """See content/search_index.py, which also installs its triggers after every migrate."""
    schema_editor.execute(_SQLITE if schema_editor.connection.vendor == "sqlite" else _POSTGRESQL)


def drop_search_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE content_search")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pages", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DueLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="The first day of the month.", unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(help_text="The key that texts cite, for example lii-2023.", max_length=60, unique=True)),
                ("authors", models.CharField(max_length=300)),
                ("title", models.CharField(max_length=400)),
                ("journal", models.CharField(blank=True, help_text="Journal, publisher or agency.", max_length=200)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "details",
                    models.CharField(blank=True, help_text="Volume and pages, for example 1(11):876-886.", max_length=120),
                ),
                (
                    "doi",
                    models.CharField(
                        blank=True,
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^10\\.\\d{4,9}/\\S+$", "Enter a DOI like 10.1000/xyz123.", code="doi"
                            )
                        ],
                        verbose_name="DOI",
                    ),
                ),
                (
                    "pmid",
                    models.CharField(
                        blank=True,
                        max_length=10,
                        validators=[django.core.validators.RegexValidator("^\\d+$", "Enter digits only.", code="pmid")],
                        verbose_name="PMID",
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="Only for a source with neither DOI nor PMID.",
                        max_length=300,
                        verbose_name="address",
                    ),
                ),
                (
                    "verified",
                    models.TextField(
                        blank=True, help_text="How the identifiers and the figures were checked.", verbose_name="how verified"
                    ),
                ),
                (
                    "last_checked",
                    models.DateField(blank=True, help_text="The date someone last opened the source and compared it.", null=True),
                ),
            ],
            options={"ordering": ["key"]},
        ),
        migrations.CreateModel(
            name="ContentVersion",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_content_version")]},
        ),
        migrations.CreateModel(
            name="HistoricalReference",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("key", models.SlugField(help_text="The key that texts cite, for example lii-2023.", max_length=60)),
                ("authors", models.CharField(max_length=300)),
                ("title", models.CharField(max_length=400)),
                ("journal", models.CharField(blank=True, help_text="Journal, publisher or agency.", max_length=200)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "details",
                    models.CharField(blank=True, help_text="Volume and pages, for example 1(11):876-886.", max_length=120),
                ),
                (
                    "doi",
                    models.CharField(
                        blank=True,
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^10\\.\\d{4,9}/\\S+$", "Enter a DOI like 10.1000/xyz123.", code="doi"
                            )
                        ],
                        verbose_name="DOI",
                    ),
                ),
                (
                    "pmid",
                    models.CharField(
                        blank=True,
                        max_length=10,
                        validators=[django.core.validators.RegexValidator("^\\d+$", "Enter digits only.", code="pmid")],
                        verbose_name="PMID",
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="Only for a source with neither DOI nor PMID.",
                        max_length=300,
                        verbose_name="address",
                    ),
                ),
                (
                    "verified",
                    models.TextField(
                        blank=True, help_text="How the identifiers and the figures were checked.", verbose_name="how verified"
                    ),
                ),
                (
                    "last_checked",
                    models.DateField(blank=True, help_text="The date someone last opened the source and compared it.", null=True),
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
                "verbose_name": "historical reference",
                "verbose_name_plural": "historical references",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LoadedContent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="The model, for example pages.page.", max_length=60)),
                ("key", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name_plural": "loaded content",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="one_record_per_loaded_row")],
            },
        ),
        migrations.CreateModel(
            name="PendingChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_id", models.PositiveBigIntegerField()),
                ("values", models.JSONField(help_text="By the names of the form's fields.")),
                (
                    "base",
                    models.CharField(
                        help_text="The fingerprint of the live text that the words were written for.", max_length=64
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="read on")),
                ("reviewed_digest", models.CharField(blank=True, default="", max_length=64)),
                ("publish_at", models.DateTimeField(blank=True, null=True)),
                (
                    "problem",
                    models.TextField(blank=True, default="", help_text="Why it was not published at its time."),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contenttypes.contenttype"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="A provider who is shown on the site and has read exactly these words.",
                        limit_choices_to={"is_published": True},
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pages.provider",
                        verbose_name="read by",
                    ),
                ),
                (
                    "scheduled_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("content_type", "object_id"), name="one_pending_change_of_a_text")
                ],
            },
        ),
        migrations.RunPython(make_search_table, drop_search_table),
    ]
