from django.db import migrations

# Names, order and meaning of the status words: DESIGN section 4. (name, won, lost, description)
SALES = [
    ("new", 0, 0, "Lead received from webhook/ingestion"),
    ("qualified", 0, 0, "Lead qualified and ready for contact"),
    ("contacted", 0, 0, "Initial contact made with prospect"),
    ("meeting_scheduled", 0, 0, "Meeting or call scheduled"),
    ("proposal_sent", 0, 0, "Proposal or quote sent"),
    ("negotiation", 0, 0, "In negotiation phase"),
    ("won", 1, 0, "Lead converted to customer"),
    ("lost", 0, 1, "Lead lost or disqualified"),
]
PIPELINES = {
    # First, so that its statuses get the ids 1 to 8 that sales.md uses.
    "sales": SALES,
    "channel": [
        ("new", 0, 0, "Not called yet"),
        ("called_no_answer", 0, 0, "Called, nobody answered"),
        ("interested", 0, 0, "Wants to know more"),
        ("not_interested", 0, 1, "Does not want the project"),
        ("follow_up", 0, 0, "To be called again"),
        ("closed", 1, 0, "Booked"),
    ],
    "growth": [
        ("new", 0, 0, ""),
        ("contacted", 0, 0, ""),
        ("qualified", 0, 0, ""),
        ("proposal", 0, 0, ""),
        ("closed", 1, 0, ""),
    ],
    "practice": [
        ("NEW", 0, 0, ""),
        ("CONTACTED", 0, 0, ""),
        ("QUALIFIED", 0, 0, ""),
        ("PROPOSAL", 0, 0, ""),
        ("WON", 1, 0, ""),
        ("LOST", 0, 1, ""),
    ],
    "marketing": [
        ("NEW", 0, 0, "Newly created lead"),
        ("CONTACTED", 0, 0, "Lead has been contacted"),
        ("QUALIFIED", 0, 0, "Lead has been qualified"),
        ("CONVERTED", 1, 0, "Lead has been converted to customer"),
        ("LOST", 0, 1, "Lead is lost/no longer interested"),
    ],
}


def create(apps, schema_editor):
    Pipeline, LeadStatus = apps.get_model("crm", "Pipeline"), apps.get_model("crm", "LeadStatus")
    pk = 0
    for key, statuses in PIPELINES.items():
        pipeline = Pipeline.objects.create(key=key, enforces_transitions=key == "sales")
        for position, (name, won, lost, description) in enumerate(statuses, start=1):
            pk += 1
            LeadStatus.objects.create(
                pk=pk,
                pipeline=pipeline,
                name=name,
                position=position,
                is_won=won,
                is_lost=lost,
                description=description,
            )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('crm_leadstatus', 'id'), (SELECT max(id) FROM crm_leadstatus))"
        )
    create_transitions(apps)


def create_transitions(apps):
    """Each open sales status leads to the next one and to lost; negotiation to won or lost; a manager reopens a lost."""
    LeadStatus = apps.get_model("crm", "LeadStatus")
    StatusTransition = apps.get_model("crm", "StatusTransition")
    statuses = {status.name: status for status in LeadStatus.objects.filter(pipeline_id="sales")}
    line = [name for name, *_ in SALES if name != "lost"]
    for before, after in zip(line, line[1:], strict=False):
        StatusTransition.objects.create(from_status=statuses[before], to_status=statuses[after])
        StatusTransition.objects.create(from_status=statuses[before], to_status=statuses["lost"])
    StatusTransition.objects.create(from_status=statuses["lost"], to_status=statuses["new"], managers_only=True)


def remove(apps, schema_editor):
    apps.get_model("crm", "StatusTransition").objects.all().delete()
    apps.get_model("crm", "LeadStatus").objects.all().delete()
    apps.get_model("crm", "Pipeline").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_schema")]
    operations = [migrations.RunPython(create, remove)]
