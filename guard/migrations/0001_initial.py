from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "client",
                    models.CharField(
                        help_text="Keyed hash of the IP address or account.", max_length=40, primary_key=True, serialize=False
                    ),
                ),
                ("tokens", models.FloatField(help_text="Tries left, as of `counted_at`.")),
                (
                    "counted_at",
                    models.FloatField(db_index=True, help_text="Seconds since 1970, so that one statement can refill and take."),
                ),
            ],
        )
    ]
