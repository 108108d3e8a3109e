"""The house rules: what a record needs, and what people choose from. Everybody reads them, admins change them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stores.decorators import admins_only, signed_in
from stores.forms.saving import save_or_tell

from ..forms.house import FORMS, RequiredFieldsForm
from ..house import LISTS, LastOne, add, bring_back, move, retire
from ..models import HouseRules, Outcome, Pattern

WORDS = {
    "content-kinds": (
        gettext_lazy("Kinds of content"),
        gettext_lazy("What a contact was about. Where nobody chose, the last one counts."),
    ),
    "wait-reasons": (
        gettext_lazy("Reasons for waiting"),
        gettext_lazy("Why a customer wants to wait, and the pattern proposed then."),
    ),
    "text-templates": (
        gettext_lazy("Text templates"),
        gettext_lazy("Sentences one tap away when a result is recorded."),
    ),
}


@dataclass
class HouseList:
    """One list as the page shows it. `edited`: the entry whose `edit_form` is open."""

    name: str
    title: str
    help: str
    groups: list
    retired: list
    add_form: object
    edited: int | None = None
    edit_form: object = None


@signed_in
@require_GET
def rules(request):
    return _page(request)


@admins_only
@require_POST
def fields(request):
    form = RequiredFieldsForm(request.POST, instance=HouseRules.load())
    if not form.is_valid() or not save_or_tell(form):
        return _page(request, fields_form=form)
    messages.success(request, _("Saved."))
    return redirect("house:rules")


@admins_only
@require_POST
def entry_add(request, name):
    form = _form_class(name)(request.POST)
    if not form.is_valid() or not save_or_tell(form, lambda: add(form.instance)):
        return _answer(request, name, add_form=form)
    return _answer(request, name, said=_("Added."))


@admins_only
@require_http_methods(["GET", "POST"])
def entry_edit(request, name, pk):
    entry = _entry(name, pk)
    form = _form_class(name)(request.POST or None, instance=entry, auto_id=f"id_{entry.pk}_%s")
    if request.method == "POST" and form.is_valid() and save_or_tell(form):
        return _answer(request, name, said=_("Saved."))
    return _answer(request, name, edited=entry.pk, edit_form=form)


@admins_only
@require_POST
def entry_position(request, name, pk):
    move(_entry(name, pk), up=request.POST.get("direction") == "up")
    return _answer(request, name, said=_("The order is changed."))


@admins_only
@require_POST
def entry_retirement(request, name, pk):
    entry = _entry(name, pk)
    try:
        retire(entry, timezone.now())
    except LastOne:
        refusal = _("“%(entry)s” is the last one to choose from. Add another first.") % {"entry": entry}
        return _answer(request, name, refused=refusal)
    return _answer(request, name, said=_("“%(entry)s” is not offered any more.") % {"entry": entry})


@admins_only
@require_POST
def entry_return(request, name, pk):
    entry = _entry(name, pk)
    bring_back(entry)
    return _answer(request, name, said=_("“%(entry)s” is offered again.") % {"entry": entry})


def _form_class(name):
    if name not in FORMS:
        raise Http404
    return FORMS[name]


def _entry(name, pk):
    if name not in LISTS:
        raise Http404
    return get_object_or_404(LISTS[name], pk=pk)


def _answer(request, name, *, said="", refused="", **open_form):
    """The list in place for htmx; else the page, by a redirect when something was done."""
    form = open_form.get("add_form") or open_form.get("edit_form")
    status = 422 if refused or (form is not None and form.is_bound) else 200
    if request.htmx:
        context = {"list": _list(name, **open_form), "said": said, "refused": refused, "may_change": True}
        return render(request, "followups/_house_list.html", context, status=status)
    if not (said or refused):
        return _page(request, name, status=status, **open_form)
    messages.success(request, said) if said else messages.error(request, refused)
    return redirect(f"{reverse('house:rules')}#{name}")


def _page(request, name=None, fields_form=None, status=200, **open_form):
    form = fields_form or RequiredFieldsForm(instance=HouseRules.load())
    context = {
        "fields_form": form,
        "required": [HouseRules.Field(value).label for value in HouseRules.load().required_fields],
        "lists": [_list(other, **(open_form if other == name else {})) for other in LISTS],
        "may_change": request.user.is_admin,
    }
    return render(request, "followups/house.html", context, status=422 if fields_form else status)


def _list(name, *, add_form=None, edited=None, edit_form=None) -> HouseList:
    title, text = WORDS[name]
    entries = list(LISTS[name].objects.current())
    if name == "wait-reasons":
        _name_patterns(entries)
    return HouseList(
        name=name,
        title=title,
        help=text,
        groups=_groups(name, entries),
        retired=list(LISTS[name].objects.retired()),
        add_form=add_form or FORMS[name](auto_id=f"id_{name}_%s"),
        edited=edited,
        edit_form=edit_form,
    )


def _groups(name, entries):
    """(heading, entries); only the templates have headings, one for each result."""
    if name != "text-templates":
        return [("", entries)]
    headings = [("", _("Every result")), *Outcome.choices]
    found = [(label, [row for row in entries if row.outcome == value]) for value, label in headings]
    return [(label, rows) for label, rows in found if rows]


def _name_patterns(reasons):
    names = dict(Pattern.objects.current().of_group().values_list("slug", "name"))
    for reason in reasons:
        reason.pattern_name = names.get(reason.pattern_slug, reason.pattern_slug)
