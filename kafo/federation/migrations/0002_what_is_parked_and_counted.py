from django.db import migrations, models
from django.db.models import Count


def count_what_is_held(apps, schema_editor):
    held = apps.get_model("federation", "Held").objects.using(schema_editor.connection.alias)
    logs = apps.get_model("federation", "Log").objects.using(schema_editor.connection.alias)
    for row in held.order_by().values("log").annotate(records=Count("pk")):
        logs.filter(pk=row["log"]).update(records=row["records"])


class Migration(migrations.Migration):
    dependencies = [("federation", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="line",
            name="asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="log",
            name="records",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="held",
            index=models.Index(
                condition=models.Q(("parked", ""), _negated=True), fields=["log"], name="held_parked"
            ),
        ),
        migrations.RunPython(count_what_is_held, migrations.RunPython.noop),
    ]
