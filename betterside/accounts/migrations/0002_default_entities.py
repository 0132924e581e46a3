from django.db import migrations

# (id, name, profile, main pipeline): sales.md, "Default Entities" fixes ids 1 to 3, DESIGN section 3 the fourth.
ENTITIES = [
    (1, "fxcareers", "sales", "sales"),
    (2, "yamarkets", "sales", "sales"),
    (3, "nxgmarkets", "sales", "sales"),
    (4, "betterside", "sales", "channel"),
]


def create(apps, schema_editor):
    Entity = apps.get_model("accounts", "Entity")
    for pk, name, profile, pipeline in ENTITIES:
        Entity.objects.get_or_create(
            pk=pk, defaults={"name": name, "slug": name, "api_profile": profile, "main_pipeline": pipeline}
        )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('accounts_entity', 'id'), (SELECT max(id) FROM accounts_entity))"
        )


def remove(apps, schema_editor):
    apps.get_model("accounts", "Entity").objects.filter(pk__in=[row[0] for row in ENTITIES]).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_schema")]
    operations = [migrations.RunPython(create, remove)]
