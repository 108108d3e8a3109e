"""What a pattern would come to for a group: the same as if every customer had been planned alone (REQUIREMENTS B8)."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from customers.models import Customer, Deal, Rank
from followups.expansion import expand
from followups.models import Base, FollowUp, StartRule, Task
from followups.occurrences import start_due
from followups.schedule import plan
from followups.starting import start_many
from followups.workload import foresee_choice, foresee_pattern, foresee_rules
from stores.channels import Channel
from stores.models import Membership
from tests.cast import at, customer, lead, pattern, task, vehicle

NOW = at("2026-11-22 10:00")
TODAY = NOW.date()
STEPS = [
    {"title": "お礼", "channel": "phone", "cost_yen": 0},
    {"title": "はがき", "channel": "letter", "offset_days": 2, "cost_yen": 85, "flex_days": 3},
    {"title": "訪問", "channel": "visit", "offset_months": 1, "assignee_role": "assistant", "cost_yen": 500},
    {"title": "メール", "channel": "email", "offset_days": 45, "second_channel": "letter", "offset_months": 0},
]


@pytest.fixture
def ranks(db):
    return [Rank.objects.create(code=code, position=50 + place) for place, code in enumerate("XYZ")]


def counted(base, steps=STEPS, *, slug="own", store=None, **parameters):
    made = pattern(slug, list(steps), base=Base.CHOSEN, store=store)
    made.versions.update(base=base, **parameters)
    made.__dict__.pop("current_version", None)
    return made


def people(cast, ranks, number, *, seed=1):
    """Different ranks, stores, people in charge, wishes and birthdays."""
    luck = random.Random(seed)
    found = []
    for place in range(number):
        store = luck.choice([cast.hiratsuka, cast.yokohama])
        owner = luck.choice([None, cast.sales, cast.sales2] if store == cast.hiratsuka else [None, cast.yokohama_sales])
        found.append(
            customer(
                store,
                name=f"顧客{place}",
                owner=owner,
                rank=luck.choice([None, *ranks]),
                refused_channels=luck.choice([[], [], ["email"], ["email", "letter"], ["phone"]]),
                born_on=date(1960, 1, 1) + timedelta(days=luck.randrange(20000)),
            )
        )
    return found


def by_rank(made, ranks):
    """The first rank gets a visit for a letter, the last is left out."""
    own = {str(ranks[0].pk): {"channel": "visit", "cost_yen": 900}, str(ranks[2].pk): {"left_out": True}}
    made.current_version.steps.filter(position=2).update(by_rank=own)


def made_by_the_engine():
    """(holder, day, channel) → tasks, as the worker has written them."""
    rows = Task.objects.open().values_list("assignee", "store", "due_on", "channel")
    return Counter((person or -store, max(day, TODAY), channel) for person, store, day, channel in rows)


def shown(workload):
    return Counter({key: number for key, number in workload.tally.load.items() if number})


class TestChoice:
    @pytest.mark.parametrize("base", [Base.CHOSEN, Base.BIRTHDAY, Base.YEARLY, Base.INSPECTION, Base.NEGOTIATED])
    @pytest.mark.parametrize("seed", [1, 2])
    def test_it_is_what_the_worker_makes_of_the_choice(self, cast, ranks, base, seed):
        made = counted(base, yearly_month=2, yearly_day=29) if base == Base.YEARLY else counted(base)
        by_rank(made, ranks)
        chosen = people(cast, ranks, 40, seed=seed)
        for number, one in enumerate(chosen[:20]):
            vehicle(one, inspection_expires_on=TODAY + timedelta(days=37 * number - 200))
            Customer.objects.filter(pk=one.pk).update(last_negotiated_at=NOW - timedelta(hours=5 * number))
        foreseen = foresee_choice(made, Customer.objects.all(), me=cast.admin, now=NOW, months=24)
        start_many(made, Customer.objects.all(), by=cast.admin, now=NOW)
        while expand(NOW):
            pass
        assert shown(foreseen) == made_by_the_engine()
        assert foreseen.targets == FollowUp.objects.count() == 40
        assert foreseen.past == sum(FollowUp.objects.values_list("past_steps", flat=True))

    def test_deals_count_from_what_happened_in_them(self, cast, ranks):
        made = counted(Base.RECEIVED)
        for number, one in enumerate(people(cast, ranks, 20)):
            lead(one, NOW - timedelta(hours=7 * number), staff=cast.sales2 if number % 3 else None)
        foreseen = foresee_choice(made, Deal.objects.all(), me=cast.admin, now=NOW)
        start_many(made, Deal.objects.select_related("customer"), by=cast.admin, now=NOW)
        expand(NOW)
        assert shown(foreseen) == made_by_the_engine()

    def test_who_cannot_get_it_is_left_out(self, cast):
        made = counted(Base.CHOSEN)
        at_work, closed, _free = (customer(cast.hiratsuka, name=name) for name in "abc")
        start_many(made, [at_work], by=cast.admin, now=NOW)
        Customer.objects.filter(pk=closed.pk).update(closed_at=NOW)
        assert foresee_choice(made, Customer.objects.all(), me=cast.admin, now=NOW).targets == 1

    def test_a_store_plans_by_its_own_copy(self, cast):
        made = counted(Base.CHOSEN, [{}])
        counted(Base.CHOSEN, [{}, {}], store=cast.yokohama)
        for store in (cast.hiratsuka, cast.yokohama):
            customer(store)
        assert foresee_choice(made, Customer.objects.all(), me=cast.admin, now=NOW).tasks == 3

    def test_one_foresees_ones_own_stores_only(self, cast):
        made = counted(Base.CHOSEN, [{}])
        for store in (cast.hiratsuka, cast.hiratsuka, cast.yokohama):
            customer(store)
        found = [
            foresee_choice(made, Customer.objects.all(), me=me, now=NOW).targets
            for me in (cast.manager, cast.yokohama_manager, cast.admin)
        ]
        assert found == [2, 1, 3]

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_takes_as_many_statements_for_many_as_for_one(self, cast, number, django_assert_num_queries):
        made = counted(Base.CHOSEN)
        for place in range(number):
            customer(cast.hiratsuka, name=f"顧客{place}")
        with django_assert_num_queries(22):
            foresee_choice(made, Customer.objects.all(), me=cast.admin, now=NOW, spread=True)


class TestRules:
    def planned(self, version, bases, *, months=24):
        """By a plan for every customer alone: (customer, base) pairs."""
        found, last = Counter(), TODAY + relativedelta(months=months) - timedelta(days=1)
        for one, base in bases:
            specs = [step.spec() for step in version.step_list]
            for step, placed in zip(specs, plan(base, specs, one.store.calendar(), fixed_base=True), strict=True):
                if TODAY - timedelta(days=3) < placed.due_on <= last:
                    found[one.owner_id or -one.store_id, max(placed.due_on, TODAY), step.channel] += 1
        return found

    @pytest.mark.parametrize("months", [3, 24])
    def test_birthdays_of_two_years(self, cast, ranks, months):
        steps = [{"channel": "letter", "offset_days": -20}, {"channel": "phone", "offset_days": 1}]
        made = counted(Base.BIRTHDAY, steps)
        rule = StartRule.objects.create(pattern=made, from_on=TODAY, made_at=NOW)
        everybody = people(cast, [], 30)
        bases = [
            (one, base)
            for one in everybody
            for year in range(2026, 2030)
            if (base := one.born_on + relativedelta(year=year)) >= TODAY
        ]
        Customer.objects.update(refused_channels=[])
        foreseen = foresee_rules([(rule, [])], me=cast.admin, now=NOW, months=months)
        assert shown(foreseen) == self.planned(made.current_version, bases, months=months)

    def test_what_has_begun_already_is_not_begun_again(self, cast):
        made = counted(Base.BIRTHDAY, [{"channel": "letter"}])
        rule = StartRule.objects.create(pattern=made, from_on=TODAY, made_at=NOW)
        one = customer(cast.hiratsuka, born_on=date(1980, 12, 1), owner=cast.sales)
        while start_due(NOW):
            pass
        expand(NOW)
        foreseen = foresee_rules([(rule, [])], me=cast.admin, now=NOW, months=12)
        assert (foreseen.tasks, foreseen.targets) == (0, 0)
        foreseen = foresee_rules([(rule, [])], me=cast.admin, now=NOW, months=24)
        assert shown(foreseen) == {(one.owner_id, date(2027, 12, 2), "letter"): 1}
        assert sum(row.existing for row in foreseen.periods) == 1

    def test_two_rules_that_name_the_same_customer_begin_once(self, cast, ranks):
        made = counted(Base.YEARLY, [{"channel": "letter"}], yearly_month=1, yearly_day=10)
        rules = [StartRule.objects.create(pattern=made, from_on=TODAY, made_at=NOW) for _number in range(2)]
        rules[0].ranks.add(ranks[0])
        for rank in [*ranks, None]:
            customer(cast.hiratsuka, rank=rank)
        found = foresee_rules([(rule, rule.ranks.all()) for rule in rules], me=cast.admin, now=NOW, months=12)
        assert found.tasks == 4
        assert foresee_rules([(rules[0], rules[0].ranks.all())], me=cast.admin, now=NOW, months=12).tasks == 1

    def test_every_six_months_falls_four_times_in_two_years(self, cast):
        made = counted(Base.EVERY, [{"channel": "phone"}], every_months=6)
        for number in range(10):
            customer(cast.hiratsuka, name=f"顧客{number}")
        assert 38 <= foresee_pattern(made, me=cast.admin, now=NOW, months=24).tasks <= 40

    def test_silence_comes_again_and_the_insurance_year_too_as_an_estimate(self, cast):
        one = customer(cast.hiratsuka, last_contacted_at=NOW - timedelta(days=10))
        silence = counted(Base.SILENCE, [{}], silent_days=90)
        found = foresee_pattern(silence, me=cast.admin, now=NOW, months=12)
        assert (found.tasks, found.estimated) == (4, 3)
        vehicle(one, insurance_expires_on=TODAY + timedelta(days=100))
        insurance = counted(Base.INSURANCE, [{"offset_days": -30}], slug="insurance")
        found = foresee_pattern(insurance, me=cast.admin, now=NOW, months=24)
        assert (found.tasks, found.estimated) == (2, 1)
        assert any("見込み" in note or "estimate" in note for note in found.notes)

    def test_events_come_as_often_as_in_the_last_year(self, cast):
        made = counted(Base.RECEIVED, [{}], slug="leads")
        rule = StartRule.objects.create(pattern=made, from_on=TODAY, made_at=NOW, sources=["web"])
        for days in (1, 30, 200, 363, 400):
            lead(customer(cast.hiratsuka), NOW - timedelta(days=days), source="web")
        lead(customer(cast.hiratsuka), NOW - timedelta(days=30), source="phone")
        found = foresee_rules([(rule, [])], me=cast.admin, now=NOW, months=12)
        assert (found.targets, found.estimated) == (0, 4)
        assert foresee_rules([(rule, [])], me=cast.yokohama_manager, now=NOW, months=12).tasks == 0

    def test_deliveries_are_known_as_far_as_they_are_promised_and_then_expected(self, cast):
        made = counted(Base.DELIVERED, [{}], slug="delivered")
        for days in (20, -340, -300):
            column = "promised_on" if days > 0 else "delivered_on"
            deal = lead(customer(cast.hiratsuka), NOW - timedelta(days=350))
            day = TODAY + timedelta(days=days)
            Deal.objects.filter(pk=deal.pk).update(won_at=NOW - timedelta(days=345), **{column: day})
        rule = StartRule(pattern=made, from_on=TODAY)
        found = foresee_rules([(rule, [])], me=cast.admin, now=NOW, months=6)
        assert (found.targets, found.estimated) == (1, 1)
        assert sorted(day for _holder, day, _channel in shown(found)) == [
            TODAY + timedelta(days=20),
            TODAY + timedelta(days=64),
        ]


class TestFigures:
    def test_cost_by_rank_with_its_own_price(self, cast, ranks):
        made = counted(Base.CHOSEN, STEPS[:2])
        by_rank(made, ranks)
        for rank in [*ranks, ranks[0]]:
            customer(cast.hiratsuka, rank=rank)
        found = foresee_choice(made, Customer.objects.all(), me=cast.admin, now=NOW)
        assert [(row.name, row.tasks, row.yen) for row in found.ranks] == [("X", 4, 1800), ("Y", 2, 85), ("Z", 1, 0)]
        assert found.yen == 1885

    def test_days_off_closed_days_and_open_tasks_leave_less_room(self, cast):
        cast.sales.daily_tasks = 5
        cast.sales.save(update_fields=["daily_tasks"])
        made = counted(Base.CHOSEN, [{"channel": "letter", "offset_days": 2}])
        for number in range(4):
            customer(cast.hiratsuka, name=f"顧客{number}", owner=cast.sales)
        day = TODAY + timedelta(days=2)

        def row():
            found = foresee_choice(made, Customer.objects.all(), me=cast.manager, now=NOW)
            [person] = found.people
            return person.peak, person.can_do, person.days_over, found.over

        assert row() == (4, 5, 0, 0)
        extra = customer(cast.yokohama, owner=cast.sales)
        for _number in range(3):
            task(extra, day, assignee=cast.sales)
        assert row() == (7, 5, 1, 2)
        cast.sales.take_days_off([day])
        assert row() == (7, 0, 1, 4)

    def test_the_pool_is_filled_by_what_its_people_have_left(self, cast):
        for person in (cast.sales, cast.sales2, cast.assistant, cast.manager):
            person.daily_tasks = 1
            person.save(update_fields=["daily_tasks"])
        made = counted(Base.CHOSEN, [{"channel": "letter"}])
        for number in range(6):
            customer(cast.hiratsuka, name=f"顧客{number}", owner=cast.sales if number < 2 else None)
        found = foresee_choice(made, Customer.objects.all(), me=cast.manager, now=NOW)
        assert {row.name: (row.tasks, row.can_do, row.days_over) for row in found.people} == {
            "佐藤 健太": (2, 1, 1),
            found.capacity.names[-cast.hiratsuka.pk]: (4, 3, 1),
        }
        assert found.over == 2

    def test_overdue_tasks_are_still_to_be_done_today(self, cast):
        made = counted(Base.CHOSEN, [{"channel": "letter"}])
        one = customer(cast.hiratsuka, owner=cast.sales)
        task(one, TODAY - timedelta(days=9))
        found = foresee_choice(made, [one], me=cast.manager, now=NOW, months=1)
        assert (found.periods[0].existing, found.periods[0].tasks) == (1, 1)

    def test_days_for_two_months_and_weeks_for_longer(self, cast):
        made = counted(Base.CHOSEN, [{"channel": "letter"}])
        one = customer(cast.hiratsuka, owner=cast.sales)
        by_months = {
            months: len(foresee_choice(made, [one], me=cast.manager, now=NOW, months=months).periods)
            for months in (2, 3)
        }
        assert by_months == {2: 61, 3: 14}

    def test_somebody_without_a_task_in_sight_says_so(self, cast):
        found = foresee_choice(counted(Base.CHOSEN, [{}]), [], me=cast.manager, now=NOW)
        assert (found.tasks, found.over, found.people) == (0, 0, [])
        assert found.summary

    def test_a_date_that_cannot_be_planned_spoils_nothing(self, cast):
        vehicle(customer(cast.hiratsuka), inspection_expires_on=date(9999, 12, 31))
        made = counted(Base.INSPECTION, [{"offset_days": 30}])
        assert foresee_choice(made, Customer.objects.all(), me=cast.manager, now=NOW).tasks == 0


class TestSpreading:
    @pytest.fixture
    def overfull(self, cast):
        for person in (cast.sales, cast.sales2):
            person.daily_tasks = 3
            person.save(update_fields=["daily_tasks"])
        for number in range(30):
            customer(cast.hiratsuka, name=f"顧客{number}", owner=cast.sales if number % 3 else cast.sales2)
        return counted(Base.CHOSEN, [{"channel": "letter", "offset_days": 14, "flex_days": 3}])

    def test_the_overflow_is_spread_and_nothing_is_lost(self, cast, overfull):
        found = foresee_choice(overfull, Customer.objects.all(), me=cast.manager, now=NOW, spread=True)
        assert found.over == 17 + 7
        after = found.spreading.after
        assert (after.tasks, found.spreading.over_after) == (30, after.over)
        assert after.over == 20 - 6 * 3
        assert found.spreading.moved == len(found.spreading.by_target) == 22
        assert all(abs(days) <= 3 for moves in found.spreading.by_target.values() for days in moves.values())

    def test_begun_with_it_the_worker_makes_what_was_foreseen(self, cast, overfull):
        found = foresee_choice(overfull, Customer.objects.all(), me=cast.manager, now=NOW, spread=True)
        start_many(overfull, Customer.objects.all(), by=cast.manager, now=NOW)
        for row in FollowUp.objects.all():
            row.spread = found.spreading.by_target.get((row.customer_id, row.deal_id), {})
            row.save(update_fields=["spread"])
        expand(NOW)
        assert made_by_the_engine() == shown(found.spreading.after)
        said = [reason for task in Task.objects.all() for reason in task.reason if reason[0] == "spread"]
        assert len(said) == 22

    def test_the_adjust_pass_keeps_it(self, cast, overfull):
        from followups.adjustment import adjust
        from followups.models import MoveReason

        [one] = start_many(overfull, [Customer.objects.first()], by=cast.manager, now=NOW).started
        step = overfull.current_version.steps.get()
        FollowUp.objects.filter(pk=one.pk).update(spread={str(step.pk): 2})
        expand(NOW)
        before = Task.objects.get().due_on
        FollowUp.objects.all().ask_to_adjust(MoveReason.CALENDAR, NOW)
        assert adjust(NOW) == 1
        assert Task.objects.get().due_on == before == TODAY + timedelta(days=16)

    def test_without_a_flexible_step_nothing_is_proposed(self, cast, overfull):
        overfull.current_version.steps.update(flex_days=0)
        found = foresee_choice(overfull, Customer.objects.all(), me=cast.manager, now=NOW, spread=True)
        assert (found.can_spread, found.spreading) == (False, None)

    def test_tasks_of_the_pool_are_spread_over_what_its_people_have_left(self, cast, overfull):
        Customer.objects.update(owner=None)
        Membership.objects.exclude(staff__in=[cast.sales, cast.sales2]).filter(store=cast.hiratsuka).delete()
        found = foresee_choice(overfull, Customer.objects.all(), me=cast.admin, now=NOW, spread=True)
        assert (found.over, found.spreading.over_after) == (24, 0)


def test_nothing_is_written(cast):
    made = counted(Base.CHOSEN)
    customer(cast.hiratsuka)
    foresee_choice(made, Customer.objects.all(), me=cast.manager, now=NOW, spread=True)
    foresee_pattern(made, me=cast.manager, now=NOW)
    assert (FollowUp.objects.count(), Task.objects.count(), StartRule.objects.count()) == (0, 0, 0)


def test_the_chart_has_no_style_or_script_and_a_title_on_every_bar(cast):
    made = counted(Base.CHOSEN, STEPS)
    customer(cast.hiratsuka)
    chart = foresee_choice(made, Customer.objects.all(), me=cast.manager, now=NOW).chart
    assert chart.startswith("<svg")
    assert not {part for part in ("<style", "<script", "style=", "<!--", "<desc", "onclick") if part in chart}
    assert chart.count("<title>") == chart.count('class="bar"') == 4
    assert {f'class="{channel}"' in chart for channel in (Channel.PHONE, Channel.LETTER)} == {True}
