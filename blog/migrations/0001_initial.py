import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("pages", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Article",
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
                    "slug",
                    models.SlugField(
                        help_text="The last part of the web address, for example ketamine-benefits.", max_length=100, unique=True
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("subtitle", models.CharField(blank=True, max_length=200)),
                (
                    "browser_title",
                    models.CharField(
                        help_text="Shown in the browser's tab and in search results, before the clinic's name.", max_length=60
                    ),
                ),
                (
                    "description",
                    models.CharField(help_text="For search engines: one or two sentences, 80 to 155 characters.", max_length=170),
                ),
                ("summary", models.TextField(help_text="One or two sentences for the list of articles.")),
                (
                    "is_draft",
                    models.BooleanField(default=False, help_text="Drafts are seen by staff only.", verbose_name="draft"),
                ),
                ("published_at", models.DateTimeField(help_text="Visitors cannot see the article before this moment.")),
                (
                    "change_note",
                    models.CharField(
                        blank=True,
                        help_text="The most recent change, for example: Sources added and statements corrected.",
                        max_length=200,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        help_text="Leave empty to name the clinic as the author.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="articles",
                        to="pages.provider",
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown above the text. Optional.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="pages.picture",
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
            options={"ordering": ["-published_at", "slug"]},
        ),
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=100, unique=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_slugs", to="blog.article"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="HistoricalArticle",
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
                    "slug",
                    models.SlugField(
                        help_text="The last part of the web address, for example ketamine-benefits.", max_length=100
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("subtitle", models.CharField(blank=True, max_length=200)),
                (
                    "browser_title",
                    models.CharField(
                        help_text="Shown in the browser's tab and in search results, before the clinic's name.", max_length=60
                    ),
                ),
                (
                    "description",
                    models.CharField(help_text="For search engines: one or two sentences, 80 to 155 characters.", max_length=170),
                ),
                ("summary", models.TextField(help_text="One or two sentences for the list of articles.")),
                (
                    "is_draft",
                    models.BooleanField(default=False, help_text="Drafts are seen by staff only.", verbose_name="draft"),
                ),
                ("published_at", models.DateTimeField(help_text="Visitors cannot see the article before this moment.")),
                (
                    "change_note",
                    models.CharField(
                        blank=True,
                        help_text="The most recent change, for example: Sources added and statements corrected.",
                        max_length=200,
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Leave empty to name the clinic as the author.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.provider",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Shown above the text. Optional.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pages.picture",
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
                "verbose_name": "historical article",
                "verbose_name_plural": "historical articles",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name="article", index=models.Index(fields=["is_draft", "published_at"], name="articles_published")
        ),
    ]
