import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


def remember_where_copies_came_from(apps, schema_editor):
    """The version that was the group's newest when a store's copy was made."""
    versions = apps.get_model("followups", "PatternVersion").objects
    for copy in apps.get_model("followups", "Pattern").objects.filter(copied_from__isnull=False):
        first = versions.filter(pattern=copy).order_by("number").first()
        before = versions.filter(pattern=copy.copied_from_id, made_at__lte=first.made_at) if first else versions.none()
        source = before.order_by("-number").first()
        if source is None:
            continue
        copy.seen_version = source
        copy.save(update_fields=["seen_version"])
        first.taken_from = source
        first.save(update_fields=["taken_from"])


def begin_the_history(apps, schema_editor):
    """What is there when the history begins is its first line."""
    Event = apps.get_model("followups", "PatternEvent")
    names = ("id", "store_id", "slug", "name", "description", "copied_from_id", "seen_version_id", "created_at", "retired_at")
    events = [
        Event(pgh_label="insert", pgh_obj_id=row["id"], **row)
        for row in apps.get_model("followups", "Pattern").objects.order_by("pk").values(*names)
    ]
    Event.objects.bulk_create(events)


class Migration(migrations.Migration):

    dependencies = [
        ('followups', '0006_house_rules_once'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PatternEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('slug', models.SlugField(db_index=False, max_length=60, verbose_name='short name')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=200, verbose_name='when to use it')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='pattern',
            name='seen_version',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='followups.patternversion'),
        ),
        migrations.AddField(
            model_name='patternversion',
            name='taken_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='followups.patternversion'),
        ),
        migrations.AddField(
            model_name='patternevent',
            name='copied_from',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='followups.pattern'),
        ),
        migrations.AddField(
            model_name='patternevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='followups.pattern'),
        ),
        migrations.AddField(
            model_name='patternevent',
            name='seen_version',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='followups.patternversion'),
        ),
        migrations.AddField(
            model_name='patternevent',
            name='store',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='stores.store'),
        ),
        migrations.RunPython(remember_where_copies_came_from, migrations.RunPython.noop),
        migrations.RunPython(begin_the_history, migrations.RunPython.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='pattern',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_patternevent" ("copied_from_id", "created_at", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "seen_version_id", "slug", "store_id") VALUES (NEW."copied_from_id", NEW."created_at", NEW."description", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."retired_at", NEW."seen_version_id", NEW."slug", NEW."store_id"); RETURN NULL;', hash='6da1a1b60b5ad15a3371f308d9504988d14f1eea', operation='INSERT', pgid='pgtrigger_insert_insert_b0826', table='followups_pattern', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pattern',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "followups_patternevent" ("copied_from_id", "created_at", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "seen_version_id", "slug", "store_id") VALUES (NEW."copied_from_id", NEW."created_at", NEW."description", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."retired_at", NEW."seen_version_id", NEW."slug", NEW."store_id"); RETURN NULL;', hash='d8093a719eca34178f1bcbf5932391a9e155bddd', operation='UPDATE', pgid='pgtrigger_update_update_76aa5', table='followups_pattern', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pattern',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "followups_patternevent" ("copied_from_id", "created_at", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "seen_version_id", "slug", "store_id") VALUES (OLD."copied_from_id", OLD."created_at", OLD."description", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."retired_at", OLD."seen_version_id", OLD."slug", OLD."store_id"); RETURN NULL;', hash='6fa0abe2db57170e5d7519cf3b104ae8ff69f7a1', operation='DELETE', pgid='pgtrigger_delete_delete_5fb65', table='followups_pattern', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patternevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0f2b1fd004607c778fb7c29f4c2d74eaa98804c6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e2faf', table='followups_patternevent', when='BEFORE')),
        ),
    ]
