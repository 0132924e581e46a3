from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Outside of a transaction, so that a table of any size is read without keeping anybody from writing."""

    atomic = False
    dependencies = [("crm", "0014_activity_of_contact")]

    operations = [
        ValidateConstraint(model_name="activity", name="activity_of_lead_or_contact"),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                fields=["contact", "-created_at", "-id"],
                condition=models.Q(("contact__isnull", False)),
                name="activity_by_contact",
            ),
        ),
    ]
