"""What is summed up beforehand, so that a figure over years is there at once.

None of it is data of its own: it can be emptied at any time and is made again. Triggers of the database (migration
0002) leave a mark where something was written that it had counted already, whatever wrote it; what is marked is counted
from its rows until the worker has summed it up anew.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class SummedUp(models.Model):
    """One row. Of every store every day from `first_on` to `last_on` is summed up, but for those that are marked.

    `told_at`: since when every customer has a story, but for those that are marked; None while the first are written.
    """

    begins_on = models.DateField(null=True)
    """Down to there it is summed up bit by bit; days before are counted from their rows."""
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="summed_up_once")]

    def __str__(self):
        return f"{self.first_on}–{self.last_on}"


class DaySum(models.Model):
    """What fell due and was entered on one day, of one store and the person it counts for; None: for nobody."""

    store_id = models.BigIntegerField()
    on = models.DateField()
    staff_id = models.BigIntegerField(null=True)
    due = models.IntegerField()
    done = models.IntegerField()
    on_time = models.IntegerField()
    entered = models.IntegerField()
    loose = models.IntegerField()
    """Contacts without a task."""
    loose_entered = models.IntegerField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["store_id", "on", "staff_id"], nulls_distinct=False, name="day_sum_once"),
        ]

    def __str__(self):
        return f"{self.store_id} {self.on}"


class TouchedDay(models.Model):
    """Something that a past day of that store counts was written after the day was over."""

    store_id = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.store_id} {self.on}"


def _moments():
    return ArrayField(models.DateTimeField(), default=list)


def _days():
    return ArrayField(models.DateField(), default=list)


class Story(models.Model):
    """Of one customer every moment that figures ask for, the earliest first: what stood at any moment is read off it.

    No foreign key: it goes with the mark that removing its customer leaves.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    store_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(null=True)
    rank_id = models.BigIntegerField(null=True)
    born_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    contacts = _moments()
    begun_by_them = _moments()
    """Of the contacts."""
    heard = _moments()
    """Of the contacts, those by which they heard something or said something."""
    cars = _moments()
    """Since when each is known."""
    cars_gone = _moments()
    bought = _days()
    replaced = _days()
    """Of the orders, those that replaced a car of ours."""
    sent = _days()
    """Orders of people they sent."""

    class Meta:
        indexes = [models.Index(fields=["store_id"], name="story_of_store")]

    def __str__(self):
        return str(self.customer_id)


class TouchedCustomer(models.Model):
    """Something was written that the story of that customer tells."""

    customer_id = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.customer_id)
