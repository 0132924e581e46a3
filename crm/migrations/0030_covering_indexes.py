from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Indexes that answer alone. Each stands before the one it takes the place of goes."""

    atomic = False
    dependencies = [("crm", "0029_contacted_rollup_triggers")]
    operations = [
        AddIndexConcurrently(
            "activity",
            models.Index(
                fields=["entity", "-created_at", "-id"],
                include=["user", "lead", "is_automatic"],
                name="activity_of_entity",
            ),
        ),
        AddIndexConcurrently(
            "activity",
            models.Index(
                fields=["entity", "next_follow_up_date"],
                include=["lead", "user", "priority", "is_automatic", "created_at"],
                condition=Q(("next_follow_up_date__isnull", False), ("status", "pending")),
                name="activity_pending",
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                fields=["entity", "id"],
                condition=Q(("deleted_at__isnull", False), ("is_test", True), _connector="OR"),
                name="lead_gone",
            ),
        ),
        RemoveIndexConcurrently("activity", "activity_by_entity"),
        RemoveIndexConcurrently("activity", "activity_follow_up"),
    ]
