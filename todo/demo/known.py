"""What the demonstration's people know about their customers beside the entry: facts of different ages, and families."""

from datetime import timedelta
from random import Random

from customers.models import Fact, FamilyMember

from . import people

FACTS = {
    Fact.Kind.FAMILY: ("ご夫婦とお子さま2人", "ご両親と同居", "お子さまが来春から小学生", "一人暮らし"),
    Fact.Kind.JOB: ("市内の病院に勤務", "在宅勤務が週3日", "自営業(工務店)", "定年後は嘱託で週3日"),
    Fact.Kind.CAR_USE: ("通勤で往復40km", "週末の買い物と送り迎え", "月に一度ご実家まで高速道路", "キャンプと釣り"),
    Fact.Kind.HOURS: ("平日は19時以降", "土曜の午前が都合よい"),
    Fact.Kind.HOBBY: ("ゴルフ", "海釣り", "家庭菜園", "少年野球のコーチ"),
    Fact.Kind.DISLIKES: ("電話は手短に", "飛び込みの訪問は苦手"),
}
MOST_DAYS = 900


def add(tables, customer, owner, now):
    """For some of the customers; by their id, so that everything else comes out as it would without."""
    rng = Random(f"known {customer['code']}")
    oldest = min(MOST_DAYS, (now - customer["created_at"]).days)
    if customer["kind"] != "person" or oldest < 10 or rng.random() > 0.3:
        return
    by = owner and owner.id
    for kind in rng.sample(list(FACTS), rng.randint(1, 4)):
        at = now - timedelta(days=rng.randint(1, oldest), minutes=rng.randrange(600))
        stamps = {"noted_at": at, "noted_by_id": by, "confirmed_at": at, "confirmed_by_id": by}
        tables.facts.add(customer_id=customer["id"], kind=kind, text=rng.choice(FACTS[kind]), **stamps)
    if rng.random() < 0.5:
        _family(tables, customer, rng, now)


def _family(tables, customer, rng, now):
    relation = rng.choice((FamilyMember.Relation.SPOUSE, FamilyMember.Relation.CHILD))
    given, given_kana = rng.choice(people.WOMEN)
    family, family_kana = customer["name"].split()[0], customer["kana"].split()[0]
    years = 7 + rng.randrange(10) if relation == FamilyMember.Relation.CHILD else 35 + rng.randrange(30)
    tables.family.add(
        customer_id=customer["id"],
        relation=relation,
        name=f"{family} {given}",
        kana=f"{family_kana} {given_kana}",
        born_on=(now - timedelta(days=years * 365 + rng.randrange(365))).date(),
        created_at=customer["created_at"],
    )
