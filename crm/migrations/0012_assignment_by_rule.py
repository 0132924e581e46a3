from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Assignments are many: their index is built while they are written."""

    atomic = False
    dependencies = [("crm", "0011_distribution_rules")]
    operations = [
        AddIndexConcurrently(
            "assignment",
            models.Index(
                condition=models.Q(("rule", None), _negated=True),
                fields=["rule", "assigned_user"],
                name="assignment_by_rule",
            ),
        ),
    ]
