"""Many rows at once: kept as plain dicts, written by COPY, their ids known beforehand (so that rows can point at rows)."""

import json

from django.core.management.color import no_style
from django.db import connection, models
from django.utils import timezone

from customers.models import Customer, Deal, Fact, FamilyMember, Mark, StageChange, Vehicle
from followups.models import Contact, FollowUp, Task
from stores.models import CalendarMark

from . import bare


class Table:
    """The rows of one model that wait to be written. `add` takes columns by their database names."""

    def __init__(self, model):
        self.model = model
        fields = model._meta.concrete_fields
        self.blank = {column.column: _default(column) for column in fields}
        self.waiting = []
        self.made = 0
        self.last_id = 0
        columns = ", ".join(f'"{name}"' for name in self.blank)
        self.statement = f'COPY "{self.name}" ({columns}) FROM STDIN (FREEZE)'

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def add(self, **values) -> dict:
        """A row with its id; it may be changed until it is written. Raises TypeError for a column there isn't."""
        self.last_id += 1
        row = self.blank | values
        row["id"] = self.last_id
        if len(row) != len(self.blank):
            raise TypeError(f"{self.model.__name__} has no {set(values) - set(self.blank)}")
        self.waiting.append(row)
        return row

    def write(self, cursor):
        with cursor.copy(self.statement) as copy:
            for row in self.waiting:
                copy.write_row(tuple(row.values()))
        self.made += len(self.waiting)
        self.waiting = []


class Tables:
    """Everything that grows with the number of customers, in the order in which rows point at each other."""

    def __init__(self):
        self.customers = Table(Customer)
        self.vehicles = Table(Vehicle)
        self.family = Table(FamilyMember)
        self.facts = Table(Fact)
        self.deals = Table(Deal)
        self.stage_changes = Table(StageChange)
        self.follow_ups = Table(FollowUp)
        self.tasks = Table(Task)
        self.contacts = Table(Contact)
        self.removed = bare.strip([table.name for table in self.all()])

    def all(self) -> list[Table]:
        return [table for table in vars(self).values() if isinstance(table, Table)]

    def write(self):
        with connection.cursor() as cursor:
            for table in self.all():
                table.write(cursor)

    def finish(self):
        """Put back what was taken off, let the sequences go on behind our ids, and the planner know what is there."""
        bare.restore(self.removed)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in self.all()]):
                cursor.execute(statement)
            for table in self.all():
                cursor.execute(f'ANALYZE "{table.name}"')
            # Follow-ups were made with the customers and by the calendars: there is nothing for the worker to notice.
            cursor.execute(f'TRUNCATE "{Mark._meta.db_table}", "{CalendarMark._meta.db_table}"')


def _default(field):
    if isinstance(field, models.JSONField):
        return json.dumps(field.get_default())
    if field.default is timezone.now:
        return None
    return field.get_default()
