"""What customers said lately that the stores should hear: needs, complaints, offers to send somebody."""

from datetime import timedelta
from random import Random

from followups.models import Contact, ContentKind, Outcome
from followups.shipped import COMPLAINT, NEED, REFERRAL_OFFER

SAID = {
    NEED: (
        "駐車場が狭く、もう少し小さい車に替えたいとのこと。",
        "ナビの地図が古く、更新できるか知りたいとのこと。",
        "チャイルドシートの付け方で困っているとのこと。次回お見せする。",
    ),
    COMPLAINT: (
        "納車のあとブレーキから音がするとのこと。点検をお約束した。",
        "折り返しの電話が遅かったとお叱りをいただいた。お詫びした。",
        "洗車の仕上がりにご不満。次回ご来店時に無料でお洗いする。",
    ),
    REFERRAL_OFFER: (
        "弟さまが車をお探しとのこと。ご紹介いただける。",
        "職場の方が車検先をお探し。パンフレットをお渡しすることに。",
    ),
}
NAMES = tuple(SAID)
LAST_DAYS, MOST = 9, 8


def add(places, now):
    """In some of the conversations of the last days; by the store, so that everything else comes out as without."""
    kinds = [kind for kind in ContentKind.objects.current() if kind.name in SAID]
    if not kinds:
        return
    for place in places:
        rng = Random(f"voices {place.slug}")
        talks = Contact.objects.standing().in_stores([place.id]).filter(outcome=Outcome.SPOKE)
        talks = talks.filter(happened_at__gte=now - timedelta(days=LAST_DAYS)).order_by("-happened_at", "pk")
        changed = [talk for talk in talks[: 6 * MOST] if rng.random() < 1 / 4 and talk.completed_at][:MOST]
        for talk in changed:
            talk.content_kind = rng.choice(kinds)
            talk.details = rng.choice(SAID[talk.content_kind.name])
        Contact.objects.bulk_update(changed, ["content_kind", "details"])
