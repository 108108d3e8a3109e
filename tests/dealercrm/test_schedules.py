from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from dealercrm.schedules import SCHEDULES, write_schedules
from stores.jobs import forget_sessions

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def test_the_night_job_runs_at_half_past_two_in_the_stores_own_time():
    write_schedules(datetime(2026, 11, 22, 3, 0, tzinfo=TOKYO))
    assert Schedule.objects.get(name="nightly").next_run == datetime(2026, 11, 23, 2, 30, tzinfo=TOKYO)


def test_before_half_past_two_it_is_still_tonight():
    write_schedules(datetime(2026, 11, 22, 1, 0, tzinfo=TOKYO))
    assert Schedule.objects.get(name="nightly").next_run == datetime(2026, 11, 22, 2, 30, tzinfo=TOKYO)


def test_writing_again_moves_nothing():
    write_schedules(datetime(2026, 11, 22, 1, 0, tzinfo=TOKYO))
    before = list(Schedule.objects.order_by("name").values("pk", "name", "next_run"))
    write_schedules(datetime(2026, 11, 22, 9, 0, tzinfo=TOKYO))
    assert list(Schedule.objects.order_by("name").values("pk", "name", "next_run")) == before


def test_a_schedule_that_is_no_longer_in_the_file_goes():
    Schedule.objects.create(func="gone.away", name="old")
    Schedule.objects.create(func="gone.away", name=None)
    write_schedules(datetime(2026, 11, 22, 1, 0, tzinfo=TOKYO))
    assert set(Schedule.objects.values_list("name", flat=True)) == set(SCHEDULES)


def test_every_schedule_names_a_function_that_exists_and_takes_nothing():
    write_schedules(datetime(2026, 11, 22, 1, 0, tzinfo=TOKYO))
    for schedule in Schedule.objects.all():
        assert callable(import_string(schedule.func))
        assert not schedule.args
        assert not schedule.kwargs


def test_sign_ins_that_have_run_out_are_forgotten_at_night():
    now = timezone.now()
    for name, ends in (("over", now - timedelta(hours=1)), ("lasting", now + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=ends)
    forget_sessions()
    assert [session.pk for session in Session.objects.all()] == ["lasting"]
