import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from followups.forms.house import ContentKindForm
from followups.house import LISTS, add, retire
from followups.models import ContentKind, HouseRules, TextTemplate, WaitReason
from stores.forms.saving import save_or_tell
from tests.cast import at

pytestmark = pytest.mark.django_db
PAGE = "/house/"


def post(client, page, *args, **data):
    return client.post(reverse(f"house:{page}", args=args), data)


def names(model=ContentKind):
    return [str(row) for row in model.objects.current()]


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.admin)
    return client


def test_everybody_reads_the_rules_and_only_admins_change_them(client, cast):
    kind = ContentKind.objects.current().first()
    before = names()
    for person in (cast.sales, cast.assistant, cast.manager):
        client.force_login(person)
        page = client.get(PAGE)
        assert page.status_code == 200
        assert kind.name in page.content.decode()
        assert b"/retirement/" not in page.content
        assert post(client, "fields").status_code == 403
        assert post(client, "add", "content-kinds", name="新しい種別").status_code == 403
        for action in ("edit", "position", "retirement", "return"):
            assert post(client, action, "content-kinds", kind.pk, name="別名").status_code == 403
    assert names() == before


def test_an_admin_chooses_what_a_record_needs(admin):
    assert post(admin, "fields", required_fields=["details", "wait_reason"]).status_code == 302
    assert HouseRules.load().required_fields == ["details", "wait_reason"]
    assert HouseRules.objects.count() == 1
    assert post(admin, "fields", required_fields=["no such"]).status_code == 422
    assert HouseRules.load().required_fields == ["details", "wait_reason"]
    post(admin, "fields")
    assert HouseRules.load().required_fields == []


def test_a_new_kind_stands_ahead_of_the_last_which_counts_where_nobody_chose(admin):
    before = names()
    post(admin, "add", "content-kinds", name="試乗")
    assert names() == [*before[:-1], "試乗", before[-1]]


def test_a_name_there_is_already_is_refused_beside_its_field(admin):
    before = names()
    response = post(admin, "add", "content-kinds", name=before[0])
    assert response.status_code == 422
    assert before[0].encode() in response.content
    assert names() == before


def test_renaming_keeps_the_place(admin):
    first = ContentKind.objects.current().first()
    assert admin.get(reverse("house:edit", args=["content-kinds", first.pk])).status_code == 200
    post(admin, "edit", "content-kinds", first.pk, name="商品の質問")
    assert names()[0] == "商品の質問"
    assert post(admin, "edit", "content-kinds", first.pk, name="").status_code == 422


def test_entries_move_one_place_and_stop_at_the_edge(admin):
    before = names()
    second = ContentKind.objects.current()[1]
    post(admin, "position", "content-kinds", second.pk, direction="up")
    assert names() == [before[1], before[0], *before[2:]]
    post(admin, "position", "content-kinds", second.pk, direction="up")
    assert names()[0] == before[1]
    post(admin, "position", "content-kinds", second.pk, direction="down")
    assert names() == before


def test_a_retired_entry_is_offered_no_more_and_comes_back(admin):
    reason = WaitReason.objects.current().first()
    post(admin, "retirement", "wait-reasons", reason.pk)
    assert str(reason) not in names(WaitReason)
    assert WaitReason.objects.filter(pk=reason.pk).exists()
    post(admin, "return", "wait-reasons", reason.pk)
    assert str(reason) in names(WaitReason)


def test_the_last_kind_of_content_is_not_retired(admin):
    *others, last = ContentKind.objects.current()
    for kind in others:
        post(admin, "retirement", "content-kinds", kind.pk)
    address = reverse("house:retirement", args=["content-kinds", last.pk])
    assert admin.post(address, headers={"HX-Request": "true"}).status_code == 422
    assert names() == [str(last)]


def test_a_reason_proposes_one_of_the_groups_patterns(admin):
    post(admin, "add", "wait-reasons", name="車検まで", pattern_slug="one-month-follow-up")
    assert WaitReason.objects.get(name="車検まで").pattern_slug == "one-month-follow-up"
    assert post(admin, "add", "wait-reasons", name="他", pattern_slug="no-such-pattern").status_code == 422


def test_templates_are_ordered_within_their_result(admin):
    post(admin, "add", "text-templates", outcome="refused", text="一つ目")
    post(admin, "add", "text-templates", outcome="refused", text="二つ目")
    others = list(TextTemplate.objects.exclude(outcome="refused").values_list("pk", "position"))
    second = TextTemplate.objects.get(text="二つ目")
    post(admin, "position", "text-templates", second.pk, direction="up")
    refused = [row.text for row in TextTemplate.objects.current() if row.outcome == "refused"]
    assert refused.index("二つ目") == refused.index("一つ目") - 1
    assert list(TextTemplate.objects.exclude(outcome="refused").values_list("pk", "position")) == others


@pytest.mark.parametrize("name", LISTS)
def test_htmx_gets_the_list_itself(admin, name):
    entry = LISTS[name].objects.current().first()
    for action in ("position", "retirement", "return"):
        address = reverse(f"house:{action}", args=[name, entry.pk])
        response = admin.post(address, {"direction": "down"}, headers={"HX-Request": "true"})
        assert response.status_code == 200
        assert response.content.startswith(f'<section class="card" id="{name}">'.encode())


def test_there_is_one_row_of_rules(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseRules.objects.create(required_fields=[])
    assert HouseRules.objects.count() == 1


def test_a_name_taken_meanwhile_is_told_beside_its_field(admin):
    form = ContentKindForm({"name": "新しい種別"})
    assert form.is_valid()
    add(ContentKind(name="新しい種別"))
    assert not save_or_tell(form, lambda: add(form.instance))
    assert set(form.errors) == {"name"}
    assert names().count("新しい種別") == 1


def test_renaming_does_not_bring_back_what_was_retired_meanwhile(admin):
    kind = ContentKind.objects.current().first()
    form = ContentKindForm({"name": "別名"}, instance=ContentKind.objects.get(pk=kind.pk))
    assert form.is_valid()
    retire(kind, at("2026-11-21 12:00"))
    assert save_or_tell(form)
    kind.refresh_from_db()
    assert (kind.name, kind.retired_at is None) == ("別名", False)


def test_a_list_that_does_not_exist_is_not_found(admin):
    assert post(admin, "add", "customers", name="x").status_code == 404
    assert post(admin, "retirement", "content-kinds", 0).status_code == 404


def test_the_page_asks_as_much_for_ten_templates_more(admin, django_assert_num_queries):
    with django_assert_num_queries(14):
        admin.get(PAGE)
    for number in range(10):
        TextTemplate.objects.create(text=f"文 {number}", position=number)
        WaitReason.objects.create(name=f"理由 {number}", position=number)
    with django_assert_num_queries(14):
        admin.get(PAGE)
