from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from ..locks import one_at_a_time

BY_RULE = _("Work that has been overdue for long has come to you by your store's rule: %(n)s.")
"""What a person is told when nobody's hand, but a rule gave them work."""
LEAD_BY_RULE = _("A new lead has come to you by your store's rule: %(n)s.")
CARD_TYPED = _("%(by)s has typed in a business card for you: %(name)s. Please complete the entry.")
ROLE_PLAY = _("%(by)s has planned a role-play with you for %(day)s.")
CHECK_OF = _("%(by)s called %(name)s, too, and heard otherwise than %(noted_by)s noted.")
BELOW = _("You get no new leads for now: your input rate of the last 14 days is below %(n)s%%. Here is the way back.")
SENTENCES = {
    "below": BELOW,
    "noted_by": CHECK_OF,
    "by_rule": BY_RULE,
    "lead_by_rule": LEAD_BY_RULE,
    "card": CARD_TYPED,
    "role_play": ROLE_PLAY,
}
"""Instead of the kind's, where that key stands in the values."""
ONE_SWEEP = timedelta(minutes=1)


class NotificationKind(models.TextChoices):
    """What a person is told; the sentence takes `by` and whatever stands in the notification's values."""

    HANDED_OVER = "handed_over", _("%(by)s has handed work over to you: %(n)s.")
    REMINDED = "reminded", _("%(by)s asks you to see to some work: %(n)s.")
    REPORT_SHARED = "report_shared", _("%(by)s has shared the morning report of %(store)s.")
    COMMENTED = "commented", _("%(by)s has a word on your deal with %(name)s.")
    ASKED = "asked", _("%(by)s asks you to follow up %(name)s: %(title)s (%(day)s).")
    CHECK_DIFFERS = "check_differs", _("%(by)s called %(name)s, too, and heard otherwise than you noted.")


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Only one's own."""
        return self.filter(staff=staff)

    def unread(self):
        return self.filter(read_at__isnull=True)

    def count_of_staff(self):
        """How many, for a subquery about one person."""
        return self.order_by().values("staff").annotate(n=Count("pk")).values("n")

    def for_page(self):
        return self.select_related("made_by").order_by("-created_at", "-pk")

    def mark_read(self, now) -> int:
        return self.unread().update(read_at=now)

    def naming(self, customers):
        """Those whose sentence names one of these customers (ids)."""
        return self.filter(values__customer__in=list(customers))

    def take_back(self, path, by) -> int:
        """Nobody is told any more what `by` told them about `path`; what has been read stays."""
        return self.unread().filter(path=path, made_by=by).delete()[0]


class Notification(models.Model):
    """Something a person should know, told in the app. Codes and values are kept, so that it reads in any language."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=20, choices=NotificationKind.choices)
    values = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["staff", "-created_at"], name="notification_of_staff"),
            models.Index(fields=["staff"], name="notification_unread", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self):
        return self.text

    @property
    def text(self) -> str:
        """The sentence, in the reader's language."""
        own = next((sentence for key, sentence in SENTENCES.items() if self.values.get(key)), None)
        sentence = own or self.get_kind_display()
        return sentence % {**self.values, "by": self.made_by or "—"}

    @property
    def note(self) -> str:
        """What the person who caused it added by hand."""
        return self.values.get("note", "")

    @classmethod
    def tell(cls, kind, values_of: dict[int, dict], *, path, by, now):
        """Tell several people, each with values of their own (by the person's id); one statement."""
        cls.objects.bulk_create(
            cls(staff_id=staff_id, kind=kind, values=values, path=path, created_at=now, made_by=by)
            for staff_id, values in values_of.items()
        )

    @classmethod
    def tell_by_rule(cls, kind, numbers: dict[int, int], *, path, now, said="by_rule"):
        """Tell people (by id) how much a rule has given them: once a sweep, however many slices it works in.

        `said`: which of SENTENCES.

        Call it in a transaction: two workers add to what is told one after the other.
        """
        one_at_a_time("told by rule")
        just_told = cls.objects.unread().filter(
            kind=kind, path=path, made_by=None, staff__in=numbers, created_at__gt=now - ONE_SWEEP
        )
        before = dict(just_told.values_list("staff", "values__n"))
        just_told.delete()
        values = {pk: {"n": n + before.get(pk, 0), said: True} for pk, n in numbers.items()}
        cls.tell(kind, values, path=path, by=None, now=now)

    def open(self, now):
        """Its reader has gone where it leads."""
        Notification.objects.unread().filter(pk=self.pk).update(read_at=now)
