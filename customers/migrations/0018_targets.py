import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COUNT = """
CREATE FUNCTION customers_deal_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ordered_on IS NULL THEN
        NEW.counted_store_id := NULL;
        NEW.counted_staff_id := NULL;
    ELSE
        NEW.counted_store_id := COALESCE(NEW.counted_store_id, NEW.store_id);
        NEW.counted_staff_id := COALESCE(NEW.counted_staff_id, NEW.staff_id);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER customers_deal_count
    BEFORE INSERT OR UPDATE OF ordered_on, staff_id, counted_store_id, counted_staff_id ON customers_deal
    FOR EACH ROW
    WHEN (NEW.ordered_on IS NOT NULL OR NEW.counted_store_id IS NOT NULL OR NEW.counted_staff_id IS NOT NULL)
    EXECUTE FUNCTION customers_deal_count();
UPDATE customers_deal SET counted_store_id = store_id, counted_staff_id = staff_id WHERE ordered_on IS NOT NULL;
"""
"""Whose an order is stays as it was on the day of the order, however the row is written: figures read it."""
UNCOUNT = """
DROP TRIGGER customers_deal_count ON customers_deal;
DROP FUNCTION customers_deal_count();
"""


class Migration(migrations.Migration):
    """Targets, the months they are for, and whose an order is."""

    dependencies = [
        ("customers", "0017_stages_and_estimates"),
        ("stores", "0005_cover_and_capacity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvaluationPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "begins_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="first day",
                    ),
                ),
                ("begins_before", models.BooleanField(default=False, verbose_name="of the month before")),
                (
                    "ends_day",
                    models.PositiveSmallIntegerField(
                        default=31,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="last day",
                    ),
                ),
                ("ends_after", models.BooleanField(default=False, verbose_name="of the month after")),
                (
                    "first_month",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="first month of the year",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "span",
                    models.CharField(choices=[("month", "Month"), ("year", "Year")], default="month", max_length=5),
                ),
                ("begins_on", models.DateField()),
                ("figure", models.CharField(choices=[("orders", "Orders"), ("amount", "Amount (yen)")], max_length=6)),
                ("value", models.PositiveBigIntegerField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="counted_staff",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="counted for",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="counted_store",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="stores.store",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("lost_at__isnull", True), ("ordered_on__isnull", False)),
                fields=["counted_store", "ordered_on"],
                include=("counted_staff", "amount_yen"),
                name="deal_ordered_in_store",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("lost_at__isnull", True), ("ordered_on__isnull", False)),
                fields=["counted_staff", "ordered_on"],
                include=("counted_store", "amount_yen"),
                name="deal_ordered_by_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("begins_day__range", (1, 31)), ("ends_day__range", (1, 31)), ("first_month__range", (1, 12))
                ),
                name="evaluation_period_of_real_days",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="staff",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="targets",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="stores.store"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("store", "span", "begins_on", "figure", "staff"), name="target_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins_on__day", 1)), name="target_begins_with_a_month"
            ),
        ),
        migrations.RunSQL(COUNT, UNCOUNT),
    ]
