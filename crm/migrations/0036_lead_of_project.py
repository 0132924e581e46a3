from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """It stands before the one it takes the place of goes."""

    atomic = False
    dependencies = [("crm", "0035_source_rollup_triggers")]
    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                fields=["project", "created_at"],
                include=["entity", "pipeline", "status", "assigned_user"],
                condition=Q(("deleted_at", None), ("is_test", False)),
                name="lead_of_project",
            ),
        ),
        RemoveIndexConcurrently("lead", "lead_by_project"),
    ]
