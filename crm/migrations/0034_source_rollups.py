import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_rollup_zone"),
        ("crm", "0033_stay_durations"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceRollup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grain",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Change"), (1, "Day"), (2, "Month"), (3, "Owner Day"), (4, "Owner Month")]
                    ),
                ),
                ("day", models.DateField(help_text="The month's first in cells of months.")),
                ("pipeline_id", models.CharField(max_length=20)),
                ("source", models.CharField(blank=True, max_length=255)),
                ("leads", models.BigIntegerField()),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.entity",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("grain", 0)), fields=["entity", "day"], name="sourcerollup_change"
                    ),
                    models.Index(condition=models.Q(("leads", 0)), fields=["entity"], name="sourcerollup_empty"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("grain", 0), _negated=True),
                        fields=("entity", "grain", "day", "pipeline_id", "source"),
                        name="sourcerollup_one_per_cell",
                    )
                ],
            },
        ),
    ]
