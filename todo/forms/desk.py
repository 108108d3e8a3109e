"""What is done about many rows of the manager's desk: to whom they go, which pattern, what is said with a reminder."""

from collections import Counter

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followups.handing_over import give_all_to, spread
from followups.models import Pattern

EVENLY = "evenly"


class HandOverForm(forms.Form):
    """Whose the rows become. What each choice would do is said in its label."""

    to = forms.ChoiceField(label=gettext_lazy("Whose they become"), widget=forms.RadioSelect)

    def __init__(self, *args, team, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.on_duty = team.on_duty()
        holders = {row.holder_id for row in rows}
        people = [person for person in team.everywhere() if self.is_bound or holders != {person.pk}]
        choices = [(str(person.pk), _person_label(person, team)) for person in people]
        shares = Counter(spread(rows, self.on_duty).values())
        if len(shares) > 1 or (shares and not choices):
            choices.insert(0, (EVENLY, _even_label(shares, len(rows) - shares.total(), team)))
            self.fields["to"].initial = EVENLY
        self.fields["to"].choices = choices

    def share(self):
        """For `hand_over`: what becomes whose."""
        to = self.cleaned_data["to"]
        return (lambda rows: spread(rows, self.on_duty)) if to == EVENLY else give_all_to(int(to))


def _person_label(person, team) -> str:
    load = team.load.get(person.pk, 0)
    words = ngettext("%(n)d to do today", "%(n)d to do today", load) % {"n": load}
    off = f" · {_('off today')}" if person.is_off else ""
    return f"{person} ({words}{off})"


def _even_label(shares, left, team) -> str:
    parts = [f"{team.people[pk].get_short_name()} {number}" for pk, number in shares.most_common()]
    words = _("Evenly over who is on duty today: %(shares)s") % {"shares": " · ".join(parts)}
    return f"{words} · {_('left as they are: %(n)d') % {'n': left}}" if left else words


class PatternForm(forms.Form):
    pattern = forms.ModelChoiceField(
        Pattern.objects.none(), label=gettext_lazy("Follow-up pattern"), empty_label=gettext_lazy("Please choose")
    )

    def __init__(self, *args, me, stores, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pattern"].queryset = Pattern.objects.visible_to(me).usable_in_some(stores)


class ReminderForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("A word with it"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown with the notification, to each of them."),
    )
