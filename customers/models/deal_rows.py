"""The words for asking about deals."""

from collections import Counter
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import CharField, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from stores.access import StoreQuerySet

from .stage import Stage, StageSetting

OPEN = Q(closed_at__isnull=True)
LOST = Q(lost_at__isnull=False)
ORDERED = Q(ordered_on__isnull=False, lost_at__isnull=True)
PAID = Q(closed_at__isnull=False, lost_at__isnull=True)


class DealQuerySet(StoreQuerySet):
    def open(self):
        return self.filter(OPEN)

    def new(self):
        """Received and nobody has begun (REQUIREMENTS A1)."""
        return self.filter(closed_at__isnull=True, taken_at__isnull=True)

    def new_late(self, now):
        """New for longer than the store allows: these stand in overdue as well."""
        return self.new().filter(new_late_at__lte=now)

    def of(self, staff):
        """That person's, and those that are nobody's yet."""
        return self.filter(Q(staff=staff) | Q(staff__isnull=True))

    def held_by(self, staff):
        return self.filter(staff=staff)

    def of_nobody(self):
        return self.filter(staff__isnull=True)

    def longest_waiting(self):
        return self.order_by("received_at", "pk")

    def longest_late(self):
        return self.order_by("new_late_at", "pk")

    def for_list(self):
        return self.select_related("customer__rank", "staff", "store", "vehicle")

    def for_board(self):
        """Only what a row shows."""
        return self.select_related("customer__rank", "staff").only(
            "store", "source", "kind", "goods", "note", "received_at", "new_late_at",
            "customer__name", "customer__kind", "customer__phones", "customer__emails", "customer__rank__code",
            "staff__name", "staff__username",
        )  # fmt: skip

    def with_own_words(self):
        """`own_stage_word`: what the group calls the stage of such a deal, where it has a word of its own."""
        word = Func(
            F("labels"), OuterRef("kind"), template="(%(expressions)s)", arg_joiner=" ->> ", output_field=CharField()
        )
        return self.annotate(
            own_stage_word=Subquery(
                StageSetting.objects.filter(stage=OuterRef("stage")).annotate(word=word).values("word")
            )
        )

    def for_cards(self):
        """Only what a card of the stage board or a line of a list shows."""
        return self.with_own_words().select_related("customer", "staff").only(
            "kind", "goods", "source", "stage", "received_at", "stage_changed_at", "taken_at", "closed_at",
            "lost_at", "lost_reason", "competitor", "last_contacted_at", "paid_on", "amount_yen",
            "customer__name", "staff__name", "staff__username",
        )  # fmt: skip

    def for_orders(self):
        """Only what a line of a list of orders shows."""
        return self.with_own_words().select_related("customer", "counted_staff").only(
            "kind", "goods", "stage", "ordered_on", "amount_yen", "lost_at",
            "customer__name", "counted_staff__name", "counted_staff__username",
        )  # fmt: skip

    def for_page(self):
        return self.select_related(
            "customer__rank", "customer__owner", "customer__store", "staff", "vehicle", "taken_by"
        )

    def open_first(self):
        return self.order_by(F("closed_at").desc(nulls_first=True), "-received_at", "-pk")

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def in_stage(self, stage):
        return self.filter(stage=stage)

    def with_stood_since(self):
        """`stood_since`: when the stage last changed or the customer was last reached, whichever is later."""
        return self.annotate(stood_since=Greatest("stage_changed_at", "last_contacted_at"))

    def standing_still(self, now, settings):
        """Neither moved nor reached for as many days as its stage allows (REQUIREMENTS D2). `settings`: by stage."""
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        still = []
        for stage, setting in settings.items():
            cut = midnight - timedelta(days=setting.still_after_days - 1)
            reached = Q(last_contacted_at__gte=cut)
            still.append(Q(stage=stage, stage_changed_at__lt=cut) & (Q(last_contacted_at__isnull=True) | ~reached))
        return self.filter(reduce(or_, still))

    def longest_in_stage(self):
        return self.order_by("stage_changed_at", "pk")

    def latest_closed(self):
        return self.order_by("-closed_at", "-pk")

    def lost(self):
        return self.filter(LOST)

    def because_of(self, reason):
        return self.filter(lost_reason=reason)

    def paid(self):
        return self.filter(PAID)

    def ordered(self):
        """What figures count: by the day of the order, not of the registration (REQUIREMENTS D6)."""
        return self.filter(ORDERED)

    def ordered_between(self, first, last):
        return self.ordered().filter(ordered_on__range=(first, last))

    def ordered_in(self, stretches):
        """`stretches`: of days, as (first, last)."""
        return self.ordered().filter(reduce(or_, (Q(ordered_on__range=one) for one in stretches), Q(pk__in=[])))

    def latest_ordered(self):
        return self.order_by("-ordered_on", "-pk")

    def counted_visible_to(self, staff):
        """Those that count for stores one works in, wherever the customer is today."""
        return self.all() if staff.is_admin else self.filter(counted_store_id__in=staff.store_ids)

    def out_of_sight_of(self, staff):
        """Those of customers who are in stores that one doesn't work in today."""
        return self.none() if staff.is_admin else self.exclude(store_id__in=staff.store_ids)

    def counted_for(self, *, store=None, staff=None):
        """Of that store, and of that person; both may be left out."""
        rows = self if store is None else self.filter(counted_store=store)
        return rows if staff is None else rows.filter(counted_staff=staff)

    def first_of_each_stage(self, n):
        """The `n` that have stood longest in each stage; each stage is read no further in its index."""
        first = [self.in_stage(stage).longest_in_stage().values("pk")[:n] for stage in Stage.values]
        return self.those(first[0].union(*first[1:], all=True))

    def count_by_stage(self, most: int) -> dict[str, int]:
        """How many stand in each stage, counted up to `most`."""
        stages = [self.in_stage(stage).order_by().values_list("stage")[:most] for stage in Stage.values]
        return Counter(stage for (stage,) in stages[0].union(*stages[1:], all=True))
