import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0014_merging"),
        ("stores", "0005_cover_and_capacity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("taken_at", models.DateTimeField()),
                ("typing_at", models.DateTimeField(null=True)),
                ("typed_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["taken_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CardPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("customers", "Customers"),
                            ("vehicles", "Vehicles"),
                            ("deals", "Deals"),
                            ("person", "Everything about one person"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("cp932", "CSV for Excel (Shift_JIS)"),
                            ("utf8", "CSV (UTF-8)"),
                            ("xlsx", "Excel (.xlsx)"),
                            ("zip", "ZIP"),
                        ],
                        max_length=6,
                    ),
                ),
                ("asked", models.JSONField(default=list)),
                ("rows", models.PositiveIntegerField()),
                (
                    "store_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("customer_number", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("headings_key", models.CharField(max_length=64)),
                ("fields", models.JSONField()),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="businesscard",
            name="customer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="cards", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="dropped_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person in charge",
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.store", verbose_name="store"
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="taken_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="typed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="businesscard",
            name="typing_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="cardpicture",
            name="card",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="picture", to="customers.businesscard"
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importcolumns",
            name="saved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importcolumns",
            name="store",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.store"),
        ),
        migrations.AddIndex(
            model_name="businesscard",
            index=models.Index(
                condition=models.Q(("dropped_at__isnull", True), ("typed_at__isnull", True)),
                fields=["store", "taken_at"],
                name="card_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="businesscard",
            constraint=models.CheckConstraint(
                condition=models.Q(("typed_at__isnull", True), ("dropped_at__isnull", True), _connector="OR"),
                name="card_typed_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="importcolumns",
            constraint=models.UniqueConstraint(
                fields=("store", "headings_key"), name="import_columns_once_per_headings"
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION customers_export_once() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'customers_export is written once' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE TRIGGER customers_export_once BEFORE UPDATE OR DELETE ON customers_export
            FOR EACH ROW EXECUTE FUNCTION customers_export_once();
            """,
            "DROP TRIGGER customers_export_once ON customers_export; DROP FUNCTION customers_export_once();",
        ),
    ]
