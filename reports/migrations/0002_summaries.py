import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

ZONE = settings.TIME_ZONE

TASK = (
    "store_id, counted_store_id, assignee_id, counted_staff_id, customer_id, late_at, first_late_at, done_at, "
    "cancelled_at, cancel_reason"
)
CONTACT = (
    "store_id, counted_store_id, counted_staff_id, customer_id, task_id, direction, channel, outcome, happened_at, "
    "entered_at, completed_at, voided_at, answered_with_id"
)
CUSTOMER = "store_id, owner_id, rank_id, referrer_id, born_on, created_at, closed_at"
DEAL = "customer_id, kind, source, ordered_on, lost_at"
VEHICLE = "customer_id, created_at, disposed_on, bought_here, delivered_on"


def _day(moment):
    return f"({moment} AT TIME ZONE '{ZONE}')::date"


CLOSED = f"""
CREATE FUNCTION reports_closed_until() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT GREATEST(
        date_trunc('day', now() AT TIME ZONE '{ZONE}') AT TIME ZONE '{ZONE}',
        (SELECT (last_on + 1)::timestamp AT TIME ZONE '{ZONE}' FROM reports_summedup)
    );
$$;
"""
"""What lies before is of a day that is over or summed up: only that leaves marks."""
UNDO_CLOSED = "DROP FUNCTION reports_closed_until();"
END = "(SELECT reports_closed_until())"
LAST_DAY = _day(f"({END} - interval '1 microsecond')")

DAYS = f"""
CREATE FUNCTION reports_touch_task_days(tasks bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO reports_touchedday (store_id, "on")
    SELECT DISTINCT COALESCE(counted_store_id, store_id), {_day("first_late_at")}
    FROM followups_task WHERE id = ANY(tasks) AND first_late_at < {END};
$$;
CREATE FUNCTION reports_touch_days_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE off stores_dayoff := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF NOT EXISTS (SELECT FROM reports_summedup) THEN RETURN NULL; END IF;
    PERFORM reports_touch_task_days(array_agg(id)) FROM followups_task
        WHERE assignee_id = off.staff_id AND done_at IS NULL AND cancelled_at IS NULL AND {_day("late_at")} = off."on";
    INSERT INTO reports_touchedday (store_id, "on")
        SELECT DISTINCT store_id, day::date FROM stores_membership,
            generate_series(off."on" - 35, LEAST(off."on", {LAST_DAY}), interval '1 day') AS day
        WHERE staff_id = off.staff_id AND store_id IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER reports_touch AFTER INSERT OR UPDATE OR DELETE ON stores_dayoff
    FOR EACH ROW EXECUTE FUNCTION reports_touch_days_off();

CREATE FUNCTION reports_touch_hours() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE special stores_calendardate := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF special."on" > {LAST_DAY} OR NOT EXISTS (SELECT FROM reports_summedup) THEN RETURN NULL; END IF;
    INSERT INTO reports_touchedday (store_id, "on") VALUES (special.store_id, special."on");
    PERFORM reports_touch_task_days(array_agg(task_id)) FROM followups_contact
        WHERE store_id = special.store_id AND task_id IS NOT NULL
            AND happened_at >= special."on"::timestamp AT TIME ZONE '{ZONE}'
            AND happened_at < (special."on" + 1)::timestamp AT TIME ZONE '{ZONE}';
    RETURN NULL;
END
$$;
CREATE TRIGGER reports_touch AFTER INSERT OR UPDATE OR DELETE ON stores_calendardate
    FOR EACH ROW EXECUTE FUNCTION reports_touch_hours();

CREATE FUNCTION reports_touch_all_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_touchedday (store_id, "on")
        SELECT NEW.id, day::date FROM reports_summedup, generate_series(first_on, last_on, interval '1 day') AS day;
    RETURN NULL;
END
$$;
CREATE TRIGGER reports_touch AFTER UPDATE ON stores_store
    FOR EACH ROW WHEN (NEW.closes IS DISTINCT FROM OLD.closes) EXECUTE FUNCTION reports_touch_all_days();
"""
UNDO_DAYS = """
DROP TRIGGER reports_touch ON stores_store;
DROP TRIGGER reports_touch ON stores_calendardate;
DROP TRIGGER reports_touch ON stores_dayoff;
DROP FUNCTION reports_touch_all_days();
DROP FUNCTION reports_touch_hours();
DROP FUNCTION reports_touch_days_off();
DROP FUNCTION reports_touch_task_days(bigint[]);
"""

OF_TASKS = f"""
    INSERT INTO reports_touchedday (store_id, "on")
    SELECT DISTINCT COALESCE(counted_store_id, store_id), {_day("first_late_at")}
    FROM changed WHERE first_late_at < {END}
"""
OF_CONTACTS = f"""
    INSERT INTO reports_touchedday (store_id, "on")
    WITH entries AS (
        SELECT store_id, counted_store_id, task_id, happened_at FROM changed
        UNION ALL
        SELECT before.store_id, before.counted_store_id, before.task_id, before.happened_at FROM changed AS visit
        JOIN followups_contact AS before ON before.store_id = visit.store_id
            AND before.happened_at < visit.happened_at AND before.happened_at >= visit.happened_at - interval '1 day'
        WHERE visit.channel = 'visit' AND before.channel = 'visit'
            AND before.counted_staff_id = visit.counted_staff_id
    )
    SELECT COALESCE(counted_store_id, store_id), {_day("happened_at")} FROM entries
    WHERE task_id IS NULL AND happened_at < {END}
    UNION
    SELECT COALESCE(task.counted_store_id, task.store_id), {_day("task.first_late_at")}
    FROM entries JOIN followups_task AS task ON task.id = entries.task_id WHERE task.first_late_at < {END}
"""
"""A visit that is entered, moved or taken back also says whether the one before it was entered in time: that was, if at
all, by the closing of its own day."""

STORIES_OF_CUSTOMERS = """
    INSERT INTO reports_touchedcustomer (customer_id)
    SELECT id FROM changed UNION SELECT referrer_id FROM changed WHERE referrer_id IS NOT NULL
"""
STORIES_OF_DEALS = """
    INSERT INTO reports_touchedcustomer (customer_id)
    SELECT customer_id FROM changed
    UNION
    SELECT referrer_id FROM customers_customer
    WHERE id IN (SELECT customer_id FROM changed) AND referrer_id IS NOT NULL
"""
STORIES_OF_OTHERS = "INSERT INTO reports_touchedcustomer (customer_id) SELECT DISTINCT customer_id FROM changed"

WATCHED = {
    "followups_task": (TASK, f"first_late_at < {END}", (OF_TASKS,)),
    "followups_contact": (CONTACT, "TRUE", (OF_CONTACTS, STORIES_OF_OTHERS)),
    "customers_customer": (CUSTOMER, "TRUE", (STORIES_OF_CUSTOMERS,)),
    "customers_deal": (DEAL, "TRUE", (STORIES_OF_DEALS,)),
    "customers_vehicle": (VEHICLE, "TRUE", (STORIES_OF_OTHERS,)),
}
"""table → (what figures read of it, which rows at all, what marks a change leaves)"""


def _with(changed, statement):
    """`changed`: the rows as they were and as they are now."""
    statement = statement.strip()
    if "WITH entries AS" in statement:
        return statement.replace("WITH entries AS", f"WITH changed AS ({changed}), entries AS")
    head, _insert, select = statement.partition("(customer_id)" if "(customer_id)" in statement else '"on")')
    return f"{head}{_insert} WITH changed AS ({changed}) {select}"


def _make(table, columns, among, statements):
    """Of an update, rows as they were and as they are that differ in what is read: as sets, which no join is as quick
    as where thousands of rows change at once."""
    rows = [f"SELECT id, {columns} FROM {rows} WHERE {among}" for rows in ("new_rows", "old_rows")]
    both = "({0} EXCEPT {1}) UNION ALL ({1} EXCEPT {0})".format(*rows)

    def body(changed):
        return "\n".join(f"{_with(changed, statement)};" for statement in statements)

    def on(event, rows):
        return f"""
CREATE TRIGGER reports_touch_{event.lower()} AFTER {event} ON {table}
    REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION reports_touch_{table}();
"""

    return f"""
CREATE FUNCTION reports_touch_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reports_summedup) THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
        {body(rows[0])}
    ELSIF TG_OP = 'DELETE' THEN
        {body(rows[1])}
    ELSE
        {body(both)}
    END IF;
    RETURN NULL;
END
$$;
""" + (
        on("INSERT", "NEW TABLE AS new_rows")
        + on("DELETE", "OLD TABLE AS old_rows")
        + on("UPDATE", "NEW TABLE AS new_rows OLD TABLE AS old_rows")
    )


def _drop(table):
    drops = (f"DROP TRIGGER reports_touch_{event} ON {table};" for event in ("insert", "update", "delete"))
    return "".join(drops) + f"DROP FUNCTION reports_touch_{table}();"


def _id():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _list(field):
    return django.contrib.postgres.fields.ArrayField(base_field=field, default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_morning")]

    operations = [
        migrations.CreateModel(
            name="SummedUp",
            fields=[
                ("id", _id()),
                ("begins_on", models.DateField(null=True)),
                ("first_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(models.Value(1), name="summed_up_once")]},
        ),
        migrations.CreateModel(
            name="DaySum",
            fields=[
                ("id", _id()),
                ("store_id", models.BigIntegerField()),
                ("on", models.DateField()),
                ("staff_id", models.BigIntegerField(null=True)),
                ("due", models.IntegerField()),
                ("done", models.IntegerField()),
                ("on_time", models.IntegerField()),
                ("entered", models.IntegerField()),
                ("loose", models.IntegerField()),
                ("loose_entered", models.IntegerField()),
            ],
            options={
                "ordering": ["on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store_id", "on", "staff_id"), nulls_distinct=False, name="day_sum_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TouchedDay",
            fields=[("id", _id()), ("store_id", models.BigIntegerField()), ("on", models.DateField())],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="TouchedCustomer",
            fields=[("id", _id()), ("customer_id", models.BigIntegerField())],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="Story",
            fields=[
                ("customer_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("store_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField(null=True)),
                ("rank_id", models.BigIntegerField(null=True)),
                ("born_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("contacts", _list(models.DateTimeField())),
                ("begun_by_them", _list(models.DateTimeField())),
                ("heard", _list(models.DateTimeField())),
                ("cars", _list(models.DateTimeField())),
                ("cars_gone", _list(models.DateTimeField())),
                ("bought", _list(models.DateField())),
                ("replaced", _list(models.DateField())),
                ("sent", _list(models.DateField())),
            ],
            options={"indexes": [models.Index(fields=["store_id"], name="story_of_store")]},
        ),
        migrations.RunSQL(CLOSED, UNDO_CLOSED),
        migrations.RunSQL(DAYS, UNDO_DAYS),
        *(migrations.RunSQL(_make(table, *watched), _drop(table)) for table, watched in WATCHED.items()),
    ]
