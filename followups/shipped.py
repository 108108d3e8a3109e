"""What every dealership starts with, in its own language: patterns, kinds of content, reasons to wait, sentences.

Days of *one-month follow-up*, *new arrival* and *after delivery* are those of REQUIREMENTS B2. The *standard
eight-touch* pattern (B13) is ours: five calls at five different hours and weekdays over two weeks, the first at once,
three written messages between them, so that whoever works shifts is met too.
All of it can be edited; what a dealership already has by that name or slug is left alone.
"""

from django.utils import timezone

ENQUIRY, DELIVERY_DATE, ORDER_CHECK, COMPLAINT, NEED, REFERRAL_OFFER, OTHER = (
    "商品のお問い合わせ",
    "納期の確認",
    "ご注文内容の確認",
    "苦情・ご不満",
    "お困りごと・ご要望",
    "ご紹介のお申し出",
    "その他",
)
CONTENT_KINDS = [ENQUIRY, DELIVERY_DATE, ORDER_CHECK, COMPLAINT, NEED, REFERRAL_OFFER, OTHER]

WAIT_REASONS = [
    ("他社と比べたい", "one-month-follow-up"),
    ("家族と相談・検討したい", "one-month-follow-up"),
    ("今すぐではない", "one-month-follow-up"),
]

TEXTS = [
    ("no_answer", "呼び出しのみ、応答なし。"),
    ("no_answer", "ご家族が応対、ご本人は不在。"),
    ("voicemail", "留守番電話に用件と折り返し先を残した。"),
    ("spoke", "ご検討中。次の連絡日をお約束した。"),
    ("spoke", "お車の調子は良好、ご不満なし。"),
    ("spoke", "お勤めとお休み、つながりやすい時間を伺った。"),
    ("appointment", "ご来店のお約束をいただいた。"),
    ("appointment", "ご自宅への訪問をお約束した。"),
    ("refused", "他社に決められたとのこと。お礼を伝えた。"),
    ("refused", "当面は乗り換えないとのこと。"),
    ("wrong_number", "番号違い。正しい番号を確認する。"),
    ("sent", "ご案内を送信した。"),
    ("undelivered", "宛先不明で戻ってきた。"),
]


def step(offset, channel, title, script="", details="", kind=ENQUIRY, **rules):
    return {
        "offset_days": offset,
        "channel": channel,
        "title": title,
        "script": script,
        "details_template": details,
        "kind": kind,
        **rules,
    }


SOON = {"window": "soon", "soon_minutes": 60}
ROTATING = {"window": "rotating"}

PATTERNS = [
    {
        "slug": "one-month-follow-up",
        "name": "1か月後フォロー",
        "description": "商談のあと「ひと月ほど考えたい」と言われたときに。",
        "base": "negotiated",
        "steps": [
            step(
                20,
                "email",
                "ご検討状況のお伺い",
                "先日はお時間をいただきありがとうございました。\n"
                "その後のご検討はいかがでしょうか。気になる点があれば、このメールにご返信ください。",
                "ご検討状況を伺うメールを送信。",
            ),
            step(
                24,
                "phone",
                "回答の確認",
                "お約束の時期が近づきましたのでお電話しました。\n迷われている点は、金額・時期・車種のどれでしょうか。",
                "回答確認の電話、応答なし。",
                **ROTATING,
            ),
            step(
                28,
                "phone",
                "回答の確認(2回目)",
                "前回つながらなかったため、時間を変えてお電話しました。\n他社のお話も含めて、率直にお聞かせください。",
                "回答確認の電話(2回目)、応答なし。",
                **ROTATING,
            ),
            step(
                30,
                "email",
                "お約束の日のご連絡",
                "お話をいただいてからひと月になりました。\n条件は今月中であればそのままお取りできます。",
                "お約束の日の連絡メールを送信。",
            ),
            step(
                40,
                "phone",
                "その後のご様子伺い",
                "その後いかがでしょうか。\n時期を改めたいということであれば、次にご連絡してよい日をお聞かせください。",
                "ご様子伺いの電話、応答なし。",
                **ROTATING,
            ),
        ],
    },
    {
        "slug": "new-arrival",
        "name": "新着後のフォロー",
        "description": "お問い合わせや査定依頼が届いたら、その日から。",
        "base": "received",
        "steps": [
            step(
                0,
                "phone",
                "最初のお電話",
                "お問い合わせありがとうございます。\nお車の状態を二、三伺えれば、すぐに概算をお伝えできます。",
                "最初の電話、応答なし。",
                **SOON,
            ),
            step(
                0,
                "email",
                "概算金額のご案内",
                "ご依頼のお車について、概算の金額をお知らせします。\n実車を拝見すると、より正確な金額をお出しできます。",
                "概算金額のメールを送信。",
            ),
            step(
                1,
                "sms",
                "SMSでのご連絡",
                "昨日メールで概算をお送りしました。ご都合のよい時間帯を一言お返事ください。",
                "SMSを送信。",
            ),
            step(
                1,
                "phone",
                "概算のご説明",
                "お送りした概算はご覧いただけましたか。\nご不明な点と、拝見できる日時を伺いたくお電話しました。",
                "概算説明の電話、応答なし。",
                **ROTATING,
            ),
            step(
                2,
                "email",
                "ご来店・出張査定のご案内",
                "ご来店でも、こちらから伺う形でもお車を拝見できます。\nご希望の日を二つほどお知らせください。",
                "来店・出張査定の案内メールを送信。",
            ),
        ],
    },
    {
        "slug": "standard-eight-touch",
        "name": "標準8回アプローチ",
        "description": "つながるまで、時間帯と手段を変えながら2週間で8回。",
        "base": "received",
        "steps": [
            step(
                0,
                "phone",
                "最初のお電話",
                "お問い合わせありがとうございます。今、二、三分よろしいでしょうか。",
                "最初の電話、応答なし。",
                **SOON,
            ),
            step(
                0,
                "sms",
                "担当のご挨拶",
                "担当になりました。お電話の番号をお知らせしますので、ご登録をお願いします。",
                "担当挨拶のSMSを送信。",
            ),
            step(
                1,
                "phone",
                "2回目のお電話",
                "昨日お電話した件です。ご都合のよい時間帯があれば、それに合わせてご連絡します。",
                "2回目の電話、応答なし。",
                **ROTATING,
            ),
            step(
                2,
                "email",
                "ご希望に近いご提案",
                "伺った内容に近いご提案をまとめました。ご覧いただき、気になる点をお聞かせください。",
                "ご提案のメールを送信。",
            ),
            step(
                3,
                "phone",
                "3回目のお電話",
                "お送りしたご提案の件でお電話しました。お仕事のお休みはいつ取りやすいでしょうか。",
                "3回目の電話、応答なし。",
                **ROTATING,
            ),
            step(
                5,
                "phone",
                "4回目のお電話",
                "何度か時間を変えてお電話しています。メールの方がよろしければ、そういたします。",
                "4回目の電話、応答なし。",
                **ROTATING,
            ),
            step(
                8,
                "email",
                "ご状況のお伺い",
                "その後のご状況はいかがでしょうか。時期を改める場合も、一言いただけると助かります。",
                "ご状況伺いのメールを送信。",
            ),
            step(
                14,
                "phone",
                "最後のご確認",
                "最後の確認のお電話です。またご入り用の際にお声がけいただけるよう、窓口をお伝えします。",
                "最後の確認の電話、応答なし。",
                **ROTATING,
            ),
        ],
    },
    {
        "slug": "after-delivery",
        "name": "納車後のフォロー",
        "description": "納車の日から2日のうちに、ご満足を確かめる。",
        "base": "delivered",
        "steps": [
            step(
                0,
                "visit",
                "お引き渡し",
                "よいお車を選ばれましたね、と胸を張ってお伝えする。\n操作で迷いやすい三点をその場で一緒に試す。",
                "お引き渡し完了。",
                ORDER_CHECK,
            ),
            step(
                0,
                "phone",
                "調子伺いとご満足の確認",
                "お車の調子はいかがですか。\n使い方で困っている点、思っていたのと違う点はありませんか。",
                "調子伺いの電話、応答なし。",
                ORDER_CHECK,
                allowed_days=2,
                is_check=True,
                **ROTATING,
            ),
        ],
    },
]


def ensure(models):
    """Create what is missing. `models`: a function from a model's name to its class (a migration passes its own)."""
    for position, name in enumerate(CONTENT_KINDS, start=1):
        models("ContentKind").objects.get_or_create(name=name, defaults={"position": position})
    for position, (name, slug) in enumerate(WAIT_REASONS, start=1):
        models("WaitReason").objects.get_or_create(name=name, defaults={"pattern_slug": slug, "position": position})
    for position, (outcome, text) in enumerate(TEXTS, start=1):
        models("TextTemplate").objects.get_or_create(outcome=outcome, text=text, defaults={"position": position})
    if not models("HouseRules").objects.exists():
        models("HouseRules").objects.create(required_fields=["content_kind", "details"])
    ship(PATTERNS, models)


def ship(patterns, models):
    """Patterns with their first version; those of a slug that is there already are left alone."""
    now = timezone.now()
    kinds = {kind.name: kind for kind in models("ContentKind").objects.all()}
    for shipped in patterns:
        names = {"name": shipped["name"], "description": shipped["description"]}
        pattern, made = models("Pattern").objects.get_or_create(store=None, slug=shipped["slug"], defaults=names)
        if made:
            counting = {name: value for name, value in shipped.items() if name not in {"slug", "steps", *names}}
            version = models("PatternVersion").objects.create(pattern=pattern, number=1, made_at=now, **counting)
            for position, fields in enumerate(shipped["steps"], start=1):
                _write_step({**fields, "version": version, "position": position}, kinds, models)


def _write_step(fields, kinds, models):
    fields["content_kind"] = kinds.get(fields.pop("kind"))
    by_rank = fields.pop("by_rank", None)
    if by_rank:
        ranks = (
            models("FollowUp")._meta.get_field("customer").related_model._meta.get_field("rank").related_model.objects
        )
        ids = dict(ranks.values_list("code", "pk"))
        fields["by_rank"] = {str(ids[code]): own for code, own in by_rank.items() if code in ids}
    step = models("Step")
    known = {field.name for field in step._meta.get_fields()}  # a migration's step may be an early one
    step.objects.create(**{name: value for name, value in fields.items() if name in known})
