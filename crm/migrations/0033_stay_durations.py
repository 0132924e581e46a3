from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0032_entry_rollup_triggers")]
    operations = [
        AddIndexConcurrently(
            "stageentry",
            models.Index(
                F("entity"),
                F("status"),
                F("exited_at") - F("entered_at"),
                F("entered_at"),
                condition=models.Q(exited_at__isnull=False),
                name="stageentry_by_duration",
            ),
        )
    ]
