"""What a pattern counts from for a customer, a deal or a car, when a person begins it (REQUIREMENTS B3)."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from .models import Base, PatternVersion

COLUMN_OF = {
    Base.INSPECTION: "inspection_expires_on",
    Base.INSURANCE: "insurance_expires_on",
    Base.PERIODIC_CHECK: "check_due_on",
}
"""A car's date, by the base that it is."""


def base_for(version: PatternVersion, *, customer, deal=None, vehicle=None, now) -> date | datetime:
    """A day, or an aware moment; now where the event is not known."""
    base, today = Base(version.base), timezone.localdate(now)
    if base.is_of_deal:
        return _of_deal(base, customer, deal) or now
    if base.is_of_vehicle:
        vehicle = vehicle or vehicle_for(version, customer=customer, now=now)
        return (vehicle and getattr(vehicle, COLUMN_OF[base])) or now
    if base == Base.BIRTHDAY and customer.born_on:
        return _next(customer.born_on, today)
    if base == Base.YEARLY:
        return _next(date(today.year, version.yearly_month, 1) + relativedelta(day=version.yearly_day), today)
    return now


def counted_from(day: date, now) -> date | datetime:
    """What a typed day stands for: today is this very moment, or after closing it would all be late at once."""
    return now if day == timezone.localdate(now) else day


def day_and_moment(base: date | datetime) -> tuple[date, datetime | None]:
    """As a follow-up keeps it: the day, and the moment where it is known."""
    return (timezone.localdate(base), base) if isinstance(base, datetime) else (base, None)


def vehicle_for(version: PatternVersion, *, customer, now):
    """The customer's car whose date comes next, else the one whose date passed last; None without one."""
    base = Base(version.base)
    if not base.is_of_vehicle:
        return None
    today, column = timezone.localdate(now), COLUMN_OF[base]
    cars = [car for car in customer.vehicles.all() if getattr(car, column) and not car.disposed_on]
    ahead = [car for car in cars if getattr(car, column) >= today]
    if ahead:
        return min(ahead, key=lambda car: getattr(car, column))
    return max(cars, key=lambda car: getattr(car, column), default=None)


def _of_deal(base: Base, customer, deal):
    if base == Base.NEGOTIATED:
        return (deal or customer).last_negotiated_at
    if deal is None:
        return None
    return {
        Base.RECEIVED: deal.received_at,
        Base.ESTIMATE_SENT: deal.estimate_sent_at,
        Base.ORDERED: deal.ordered_on,
        Base.DELIVERED: deal.delivered_on or deal.promised_on,
    }[base]


def _next(day: date, today: date) -> date:
    """That day's next return, today included."""
    this_year = day + relativedelta(year=today.year)
    return this_year if this_year >= today else day + relativedelta(year=today.year + 1)
