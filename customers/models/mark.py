from django.db import models


class Mark(models.Model):
    """That customer, or a car or deal of theirs, changed in a way follow-ups depend on (DESIGN.md "The engine").

    Written by triggers of the database (migration 0009), so that imports, edits and corrections all leave one; read and
    """

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField()
    replan = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.customer_id)
