from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from stores.access import StoreQuerySet
from stores.models import Store

from .act import UNDO
from .contact import CONVERSATIONS, Contact
from .task import Task


class CheckResult(models.TextChoices):
    AS_TOLD = "as_told", _("As told")
    DIFFERS = "differs", _("Differs")
    NOT_CALLED = "not_called", _("Not called")


class CheckCallQuerySet(StoreQuerySet):
    def open(self):
        """Still to be called, of those whose conversation still stands."""
        told = Contact.objects.standing().filter(task=OuterRef("task"), outcome__in=CONVERSATIONS)
        return self.filter(Exists(told), done_at__isnull=True)

    def settled(self):
        """Called or not, the newest first: by their numbers, of which there is an index."""
        rows = self.filter(done_at__isnull=False).select_related("customer", "told_by", "done_by", "contact")
        return rows.order_by("-pk")

    def longest_waiting(self):
        return self.order_by("made_at", "pk")

    def for_board(self):
        """With what the person noted, as `task.standing`."""
        told = models.Prefetch("task__contacts", Contact.objects.standing(), to_attr="standing")
        rows = self.select_related("customer__rank", "task__deal", "task__step", "told_by", "done_by")
        return rows.prefetch_related(told)

    def open_again(self):
        """The manager's own call was taken back: it is still to be made."""
        self.update(done_at=None, done_by=None, result="", note="", contact=None)


class CheckCall(models.Model):
    """A satisfaction call that the manager makes, too: to hear the same, or something else (REQUIREMENTS E8)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="check_calls")
    task = models.OneToOneField(Task, models.CASCADE, related_name="check_call")
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    made_at = models.DateTimeField()
    contact = models.ForeignKey(Contact, models.SET_NULL, related_name="checks", null=True, blank=True)
    """The manager's own call."""
    result = models.CharField(max_length=10, choices=CheckResult.choices, blank=True)
    note = models.TextField(blank=True)
    """What differs, or why nobody was called."""
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)

    objects = CheckCallQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="") | Q(done_at__isnull=False) & ~Q(result=""),
                name="check_call_done_with_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(result__in=["differs", "not_called"]) | ~Q(note=""), name="check_call_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "made_at"], name="check_call_open", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self):
        return self.get_result_display() or str(self.task)

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    @property
    def told(self) -> Contact | None:
        """What the person noted; of those that `for_board` gave."""
        return self.task.standing[0] if self.task.standing else None

    @property
    def words(self) -> str:
        """What differs, why nobody was called, or what they said."""
        return self.note or (self.contact.details if self.contact else "")

    def may_be_undone(self, now) -> bool:
        return self.done_at is not None and self.done_at > now - UNDO

    @classmethod
    def enlist(cls, contact: Contact, now):
        """After a satisfaction call in which they spoke, if the store's share takes it; recorded anew, it is one.

        A manager's own call needs no other.
        """
        task = contact.task
        if task is None or not (task.step and task.step.is_check) or contact.outcome not in CONVERSATIONS:
            return
        if contact.done_by and contact.done_by.may_manage(contact.store_id):
            return
        if falls_to(task.pk, contact.store.check_call_percent):
            row = {"store": contact.store, "customer": contact.customer, "told_by": contact.done_by, "made_at": now}
            cls.objects.get_or_create(task=task, defaults=row)


def falls_to(pk: int, percent: int) -> bool:
    """Whether that task is among so many of a hundred: the same answer always, and nobody can foresee it."""
    return int.from_bytes(sha256(f"check {pk}".encode()).digest()[:4]) % 100 < percent
