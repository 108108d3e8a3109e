"""What somebody has in hand: tasks, deals, and replies that wait for an answer, each with whose it is."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef

from customers.models import Customer, Deal

from .models import CheckCall, Contact, FollowUp, Task


@dataclass(frozen=True)
class Work:
    """One kind. `name`: the key of ActedOn that points at such a row; `holder`: the key that says whose a row is."""

    name: str
    model: type[models.Model]
    holder: str

    def open(self):
        """What is still to be done."""
        if self.model is Contact:
            return Contact.objects.waiting()
        return self.model.objects.all() if self.model is Customer else self.model.objects.open()

    def locked(self, ids) -> list:
        """Those that are still open, held until the transaction ends, as (id, holder, customer, store)."""
        rows = self.open().filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        return [Held(*row) for row in rows.values_list("pk", self.holder, *self._places)]

    @property
    def _places(self):
        return ("pk" if self.model is Customer else "customer", "store")

    def known(self, ids, me) -> list:
        """Those of the stores that `me` manages, the closed ones too, as (id, holder, customer, store, is open)."""
        is_open = Exists(self.open().filter(pk=OuterRef("pk")))
        rows = self.model.objects.managed_by(me).filter(pk__in=ids).annotate(is_open=is_open).order_by("pk")
        return [Held(*row) for row in rows.values_list("pk", self.holder, *self._places, "is_open")]


@dataclass(frozen=True)
class Held:
    """A row and whose it is."""

    pk: int
    holder_id: int | None
    customer_id: int | None
    store_id: int
    is_open: bool = True


TASKS = Work("task", Task, "assignee")
DEALS = Work("deal", Deal, "staff")
REPLIES = Work("contact", Contact, "for_staff")
CUSTOMERS = Work("customer", Customer, "owner")
CHECK_CALLS = Work("check_call", CheckCall, "told_by")
IN_ORDER = (TASKS, DEALS, REPLIES, CUSTOMERS)
"""As everybody locks them."""


def without_next_step(deals):
    """Begun, not closed, and nothing is planned for them: no open task, none about to be made or to come back."""
    tasks = Task.objects.open().filter(deal=OuterRef("pk"))
    coming = FollowUp.objects.waiting().filter(deal=OuterRef("pk"))
    coming_back = FollowUp.objects.paused_until_a_day().filter(deal=OuterRef("pk"))
    return deals.open().filter(~Exists(tasks), ~Exists(coming), ~Exists(coming_back), taken_at__isnull=False)
