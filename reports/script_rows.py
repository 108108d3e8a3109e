"""The records behind the numbers of a script (REQUIREMENTS B11): those that followups.script_use counts."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django import forms
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.input_rate import truth
from followups.models import Script
from followups.script_use import APPOINTED, MONTHS, SPOKE, records
from stores.days import Stretch

from .asked import Span
from .figures import CONTACT, Figure, Part


@dataclass(frozen=True)
class ScriptAsked:
    """`number`: of one version; None for all."""

    stores: tuple[int, ...]
    script: int
    number: int | None
    now: datetime


def _records(condition):
    def rows(asked: ScriptAsked):
        found = records([asked.script], asked.stores, asked.now)
        if asked.number:
            found = found.filter(task__step__from_script__number=asked.number)
        return found.annotate(person=F("task__counted_staff"), hit=truth(condition))

    return rows


def _part(condition):
    return (Part("contacts", gettext_lazy("Contacts"), CONTACT, _records(condition), ("-happened_at", "-pk")),)


SCRIPTS = {
    figure.slug: figure
    for figure in (
        Figure(
            "script-spoke",
            gettext_lazy("Spoke with the customer"),
            gettext_lazy(
                "Results recorded for steps that took the script, in the last 12 months; counted are those at which "
                "the two spoke."
            ),
            _part(SPOKE),
        ),
        Figure(
            "script-appointment",
            gettext_lazy("Appointments made"),
            gettext_lazy(
                "Results recorded for steps that took the script, in the last 12 months; counted are those that ended "
                "with an appointment."
            ),
            _part(APPOINTED),
        ),
    )
}


class ScriptRowsFilter(forms.Form):
    """Of a script one sees, in the stores one sees; of one version where its number is given."""

    script = forms.ModelChoiceField(Script.objects.none())
    number = forms.IntegerField(required=False, min_value=1, max_value=32_767)

    chosen_span = Span.DAYS
    chosen_months = chosen_pattern = chosen_person = None
    is_nobody = False

    def __init__(self, *args, me, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.stores = list(me.visible_stores())
        self.fields["script"].queryset = Script.objects.visible_to(me)
        self.is_valid()

    @property
    def chosen_script(self) -> Script | None:
        return self.cleaned_data.get("script")

    @property
    def is_whole(self) -> bool:
        return bool(self.chosen_script)

    @property
    def chosen_store(self):
        return self.stores[0] if len(self.stores) == 1 else None

    @property
    def stretch(self) -> Stretch:
        return Stretch(timezone.localdate(self.now - relativedelta(months=MONTHS)), timezone.localdate(self.now))

    @property
    def asked(self) -> ScriptAsked:
        stores = tuple(store.pk for store in self.stores)
        return ScriptAsked(stores, self.chosen_script.pk, self.cleaned_data.get("number"), self.now)

    @property
    def query(self) -> dict:
        number = self.cleaned_data.get("number")
        return {"script": self.chosen_script.pk, **({"number": number} if number else {})}

    @property
    def query_of_all(self) -> dict:
        return {}

    @property
    def words(self) -> list[str]:
        number = self.cleaned_data.get("number")
        return [str(self.chosen_script), *([_("Version %(n)d") % {"n": number}] if number else [])]
