"""Whose figures, of which days, and of which tasks and calls alone (REQUIREMENTS B10, E4)."""

from datetime import date

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models.deal import Source
from followups.models import Base, ContentKind, Pattern, Step
from stores.inputs import whole_number
from stores.wide import MOST_STORES

from .ages import AGE_GROUPS, AGES
from .asked import Narrow, Span
from .forms import ReportFilter
from .heat import hours_label, weekday_label

MONTHS = 3
OF_A_NUMBER = ("number", "position", "weekday", "hour")
"""What the rows behind one number of a page are narrowed to besides."""


class NarrowFilter(ReportFilter):
    """Of some tasks and calls alone. `activity`: "base:…", "content:…" or "pattern:…", what follows being a key."""

    source = forms.ChoiceField(
        label=gettext_lazy("Source of the deal"),
        required=False,
        choices=[("", gettext_lazy("All sources")), *Source.choices],
    )
    ages = forms.ChoiceField(label=gettext_lazy("Age of the customer"), required=False, choices=AGE_GROUPS)
    pattern = forms.ModelChoiceField(Pattern.objects.none(), required=False)
    number = forms.IntegerField(required=False, min_value=1, max_value=32_767)
    position = forms.IntegerField(required=False, min_value=1, max_value=32_767)
    weekday = forms.IntegerField(required=False, min_value=1, max_value=7)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    activity = forms.CharField(required=False)

    def offer(self):
        self.fields["pattern"].queryset = Pattern.objects.visible_to(self.me)

    @property
    def chosen_pattern(self) -> Pattern | None:
        return self.cleaned_data.get("pattern")

    @cached_property
    def narrow(self) -> Narrow:
        given = self.cleaned_data.get
        return Narrow(self._steps(), given("source") or "", AGES.get(given("ages")), given("weekday"), given("hour"))

    def _steps(self) -> tuple[int, ...] | None:
        """Of the pattern, the version and the place in it, and of the activity; None where none of them is chosen."""
        wanted = self._of_activity()
        if pattern := self.chosen_pattern:
            named = {"version__number": "number", "position": "position"}
            chosen = {column: self.cleaned_data.get(name) for column, name in named.items()}
            wanted |= {"version__pattern": pattern} | {name: value for name, value in chosen.items() if value}
        if not wanted:
            return None
        return tuple(Step.objects.filter(**wanted).order_by("pk").values_list("pk", flat=True))

    @cached_property
    def activity_label(self) -> str:
        """Of the activity asked for; empty where there is none such."""
        kind, _colon, key = (self.cleaned_data.get("activity") or "").partition(":")
        rows = {"content": ContentKind.objects.all(), "pattern": Pattern.objects.visible_to(self.me)}.get(kind)
        if kind == "base" and key in Base.values:
            return str(Base(key).label)
        found = rows.filter(pk=whole_number(key)).first() if rows is not None and whole_number(key) else None
        return str(found or "")

    def _of_activity(self) -> dict:
        kind, _colon, key = (self.cleaned_data.get("activity") or "").partition(":")
        if kind == "base" and key in Base.values:
            return {"version__base": key}
        if kind == "content" and (pk := whole_number(key)):
            return {"content_kind": pk}
        if kind == "pattern" and (pk := whole_number(key)):
            return {"version__pattern__in": Pattern.objects.visible_to(self.me).filter(pk=pk)}
        return {}

    @property
    def query(self) -> dict:
        given = self.cleaned_data
        names = ("source", "ages", "activity", *OF_A_NUMBER)
        found = {name: given[name] for name in names if given.get(name) not in {None, ""}}
        pattern = {"pattern": self.chosen_pattern.pk} if self.chosen_pattern else {}
        return {**super().query, **pattern, **found}

    @property
    def query_of_all(self) -> dict:
        """The page that the rows were opened from: all its steps and hours."""
        return {name: value for name, value in self.query.items() if name not in OF_A_NUMBER}

    @property
    def words(self) -> list[str]:
        """What it is narrowed to, for the head of a page."""
        given = self.cleaned_data
        said = [str(self.chosen_pattern)] if self.chosen_pattern else []
        said += [self.activity_label] if self.activity_label else []
        for name, text in (("number", _("Version %(n)d")), ("position", _("Step %(n)d"))):
            said += [text % {"n": given[name]}] if given.get(name) else []
        said += [str(dict(Source.choices)[given["source"]])] if given.get("source") else []
        said += [str(dict(AGE_GROUPS)[given["ages"]])] if given.get("ages") else []
        said += [str(weekday_label(given["weekday"]))] if given.get("weekday") else []
        return said + ([hours_label(given["hour"])] if given.get("hour") is not None else [])


class QuarterFilter(NarrowFilter):
    """The last three months, where nothing else is asked for."""

    def first_days(self, today: date) -> dict:
        first = today - relativedelta(months=MONTHS)
        return {"span": Span.DAYS, "on": first.isoformat(), "until": today.isoformat()}


class PatternFilter(QuarterFilter):
    """Of patterns as wholes: the rows behind a number are of a step, of an hour. Of many stores one at a time."""

    def offer(self):
        super().offer()
        for name in (*OF_A_NUMBER, "activity"):
            del self.fields[name]
        if self.is_by_store:
            self.fields["store"].empty_label = None

    @property
    def chosen_store(self):
        return super().chosen_store or (self.stores[0] if self.is_by_store else None)

    @property
    def is_by_store(self) -> bool:
        return len(self.stores) > MOST_STORES

    @property
    def more_fields(self) -> list:
        return [self["source"], self["ages"]]


class OutcomeFilter(QuarterFilter):
    """Of everything that fell due, or of one activity."""

    activity = forms.ChoiceField(label=gettext_lazy("Activity"), required=False)

    def offer(self):
        super().offer()
        patterns = [(f"pattern:{one.pk}", str(one)) for one in Pattern.objects.visible_to(self.me).for_page()]
        contents = [(f"content:{one.pk}", str(one)) for one in ContentKind.objects.current()]
        self.fields["activity"].choices = [
            ("", _("All tasks")),
            (_("Kind of pattern"), [(f"base:{base.value}", base.label) for base in Base]),
            (_("Content"), contents),
            (_("Pattern"), patterns),
        ]

    @property
    def more_fields(self) -> list:
        return [self["activity"]]
