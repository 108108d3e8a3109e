"""Taking back what a list has added beside the entries: what somebody has touched since stays (see `undoing`)."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ..models import Consent, Fact, FamilyMember, RankChange
from .writing import update

OF_LISTS = (Fact, FamilyMember, Consent, RankChange)


@dataclass(slots=True)
class Additions:
    """All that stands beside some customers, and which of it the list has made."""

    rows: dict[type, dict]
    own: dict[type, set[int]]
    gone: dict[type, set[int]]
    restored: dict[int, FamilyMember] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    written: dict[int, dict] = field(default_factory=dict)
    """Of the family: what the list wrote, by the member's key."""

    @classmethod
    def of(cls, customers, rows) -> "Additions":
        """`rows`: those of the list that are taken back now, from the first to the last."""
        found = {model: model.objects.filter(customer__in=customers).in_bulk() for model in OF_LISTS}
        own = {model: set() for model in OF_LISTS}
        written = {}
        for told in (row.before for row in rows):
            beside = told.get("beside", {})
            own[Fact].update(beside.get("facts", ()))
            own[Consent].update(beside.get("consents", ()))
            own[RankChange].update({told["rank_change"]} if "rank_change" in told else ())
            written |= dict(beside.get("family", ()))
            for pk, changed in beside.get("changed", ()):
                if pk in written:
                    written[pk] |= {name: became for name, (_was, became) in changed.items()}
        own[FamilyMember].update(written)
        return cls(found, own, {model: set() for model in OF_LISTS}, written=written)

    def worked_with(self) -> set[int]:
        """The customers of whom people have noted or changed something."""
        return {
            row.customer_id
            for model, rows in self.rows.items()
            for row in rows.values()
            if not self._is_untouched(model, row)
        }

    def _is_untouched(self, model, row) -> bool:
        if row.pk not in self.own[model]:
            return False
        if model is Fact:
            return row.ended_at is None and row.confirmed_by_id is None
        return model is not FamilyMember or (row.removed_at is None and _reads(row, self.written[row.pk]))

    def take_back(self, customer, told) -> list[str]:
        """Of a customer who stays: what the row has added goes. Sentences about what had to stay."""
        reasons, beside = [], told.get("beside", {})
        for pk, changed in beside.get("changed", ()):
            if (member := self.rows[FamilyMember].get(pk)) and not self._restore(member, changed):
                reasons.append(_("%(name)s of the family was changed since.") % {"name": member})
        for model, keys in (
            (Fact, beside.get("facts", ())),
            (Consent, beside.get("consents", ())),
            (FamilyMember, [pk for pk, _written in beside.get("family", ())]),
        ):
            for row in filter(None, map(self.rows[model].get, keys)):
                if self._is_untouched(model, row):
                    self.gone[model].add(row.pk)
                else:
                    reasons.append(_("“%(what)s” was changed since.") % {"what": row})
        change = self.rows[RankChange].get(told.get("rank_change"))
        if change and customer.rank_id == told["customer"].get("rank_id", (None,))[0]:
            self.gone[RankChange].add(change.pk)
        return reasons

    def _restore(self, member, changed) -> bool:
        is_all = True
        for name, (was, became) in changed.items():
            column = FamilyMember._meta.get_field(name)
            if getattr(member, name) == column.to_python(became):
                setattr(member, name, column.to_python(was))
                self.restored[member.pk] = member
                self.names.add(name)
                self.written.get(member.pk, {})[name] = was
            else:
                is_all = False
        return is_all

    def family_words(self, customer) -> list[str]:
        """For the search column of who stays."""
        members = [one for one in self.rows[FamilyMember].values() if one.customer_id == customer.pk]
        left = [one for one in members if one.pk not in self.gone[FamilyMember] and not one.removed_at]
        return [word for one in left for word in one.search_words]

    def write(self):
        gone = self.gone[FamilyMember]
        update([member for pk, member in self.restored.items() if pk not in gone], self.names)
        for model, keys in self.gone.items():
            if keys:
                model.objects.filter(pk__in=keys).delete()


def _reads(member, written) -> bool:
    return all(
        getattr(member, name) == FamilyMember._meta.get_field(name).to_python(value) for name, value in written.items()
    )
