from django.db import models


class CalendarMark(models.Model):
    """The opening calendar of that store changed: open tasks are placed anew (DESIGN.md "The engine").

    Written by triggers of the database (see the migration), whatever changed it; read and removed by the sweep.
    """

    store_id = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.store_id)
