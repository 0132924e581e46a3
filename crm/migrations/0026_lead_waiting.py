from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0025_work_rollup_triggers")]
    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                fields=["entity", "status_since"],
                condition=models.Q(closed_at=None, deleted_at=None),
                name="lead_waiting_since",
            ),
        )
    ]
