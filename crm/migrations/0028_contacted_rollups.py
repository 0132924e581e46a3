import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_rollup_zone"), ("crm", "0027_erasure")]

    operations = [
        migrations.CreateModel(
            name="ContactedRollup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grain",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Change"), (1, "Day"), (2, "Month"), (3, "Owner Day"), (4, "Owner Month")]
                    ),
                ),
                ("counted_by", models.CharField(choices=[("first", "First"), ("last", "Last")], max_length=10)),
                ("day", models.DateField(help_text="The month's first in cells of months.")),
                ("user_id", models.BigIntegerField(help_text="Who did it.")),
                ("pipeline_id", models.CharField(max_length=20)),
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
                        condition=models.Q(("grain", 0)),
                        fields=["entity", "counted_by", "day"],
                        name="contactedrollup_change",
                    ),
                    models.Index(condition=models.Q(("leads", 0)), fields=["entity"], name="contactedrollup_empty"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("grain", 0), _negated=True),
                        fields=("entity", "counted_by", "grain", "day", "user_id", "pipeline_id"),
                        name="contactedrollup_one_per_cell",
                    )
                ],
            },
        ),
    ]
