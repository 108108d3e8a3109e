"""The patterns of care that every dealership starts with: after a sale, and all the years until the next one.

REQUIREMENTS B2: delivered before the long holiday, event letter, quarterly contact, inspection due, birthday, season's
greetings. None begins by itself until somebody writes a rule for it.
"""

from .shipped import ORDER_CHECK, OTHER, ROTATING, step

PREVIOUS = {"day_rule": "previous"}

PATTERNS = [
    {
        "slug": "delivered-before-holiday",
        "name": "連休前に納車したお客様",
        "description": "大型連休の前に納車したお車の調子を、連休明けの最初の営業日に。",
        "base": "delivered",
        "steps": [
            step(
                0,
                "phone",
                "連休明けの調子伺い",
                "連休中にたくさん走られましたか。気になる音や操作はありませんでしたか。\n"
                "1か月の無料点検のご予約を、この電話でお取りできます。\n"
                "お車をお探しの方がいらしたら、ぜひお引き合わせください。",
                "連休明けの調子伺いの電話、応答なし。",
                ORDER_CHECK,
                day_rule="after_holiday",
                allowed_days=2,
                **ROTATING,
            ),
        ],
    },
    {
        "slug": "event-letter",
        "name": "イベント案内のDM",
        "description": "ご案内を投函した日から。届いたころにお電話で。",
        "base": "chosen",
        "steps": [
            step(0, "letter", "ご案内の投函", "", "イベントの案内状を投函。", OTHER),
            step(
                4,
                "phone",
                "ご案内のご説明",
                "お送りした案内はお手元に届きましたか。当日の内容をかいつまんでご説明します。\n"
                "ご家族でお越しになれる日はありますか。お車の調子もあわせてお聞かせください。",
                "案内状のご説明の電話、応答なし。",
                OTHER,
                allowed_days=2,
                flex_days=2,
                **ROTATING,
            ),
        ],
    },
    {
        "slug": "quarterly-contact",
        "name": "3か月に一度のご連絡",
        "description": "3か月のあいだ一度もお話ししていないお客様に。",
        "base": "silence",
        "silent_days": 90,
        "steps": [
            step(
                0,
                "phone",
                "近況のお伺い",
                "特別な用件ではなく、お車の調子を伺いたくてお電話しました。\n"
                "お仕事やご家族、お車の使い方に変わったことはありませんか。",
                "近況伺いの電話、応答なし。",
                OTHER,
                allowed_days=4,
                flex_days=5,
                **ROTATING,
            ),
            step(
                7,
                "phone",
                "近況のお伺い(2回目)",
                "先日は時間を改めるべきでした。今、少しだけよろしいでしょうか。",
                "近況伺いの電話(2回目)、応答なし。",
                OTHER,
                allowed_days=2,
                flex_days=3,
                **ROTATING,
            ),
            step(
                10,
                "letter",
                "お便り",
                "お電話がつながらなかったこと、お困りのことがあればいつでも、と一筆添える。",
                "お便りを投函。",
                OTHER,
                second_channel="email",
                flex_days=3,
                cost_yen=110,
            ),
        ],
    },
    {
        "slug": "inspection-due",
        "name": "車検満了のご案内",
        "description": "車検の満了日から数えて、3か月前から。",
        "base": "inspection",
        "steps": [
            step(
                -90,
                "letter",
                "車検のご案内",
                "満了日、必要なもの、早めに予約いただいた場合の代車について書く。",
                "車検の案内状を投函。",
                OTHER,
                second_channel="email",
                flex_days=5,
                cost_yen=110,
            ),
            step(
                -75,
                "phone",
                "ご予約のお伺い",
                "ご案内はご覧いただけましたか。お預かりする日のご希望を伺います。\n"
                "お乗り換えをお考えでしたら、査定もその場でいたします。",
                "車検予約の電話、応答なし。",
                OTHER,
                allowed_days=3,
                flex_days=3,
                **ROTATING,
            ),
            step(
                -45,
                "phone",
                "ご予約の再確認",
                "満了までひと月半になりました。代車は早い者勝ちですので、お日にちだけでもお決めください。",
                "車検予約の電話(2回目)、応答なし。",
                OTHER,
                allowed_days=3,
                flex_days=3,
                **ROTATING,
            ),
            step(
                -21,
                "phone",
                "最後のご確認",
                "満了まで3週間です。ほかでお決まりでしたら、その旨だけお聞かせください。",
                "車検予約の電話(3回目)、応答なし。",
                OTHER,
                **ROTATING,
            ),
        ],
    },
    {
        "slug": "birthday",
        "name": "お誕生日",
        "description": "お誕生日に、ランクに合わせたお祝いを。",
        "base": "birthday",
        "steps": [
            step(
                0,
                "letter",
                "お誕生日のお祝い",
                "お名前と、この一年の出来事をひとつ添える。売り込みは書かない。",
                "お誕生日のカードを投函。",
                OTHER,
                second_channel="email",
                cost_yen=250,
                by_rank={
                    "A": {"channel": "visit", "title": "お誕生日のカードとケーキ", "cost_yen": 3000},
                    "C": {"channel": "email", "title": "お誕生日のメール", "cost_yen": 0},
                },
                **PREVIOUS,
            ),
        ],
    },
    {
        "slug": "new-year",
        "name": "年始のご挨拶",
        "description": "元日に届くように。",
        "base": "yearly",
        "yearly_month": 1,
        "yearly_day": 1,
        "steps": [
            step(
                -10,
                "letter",
                "年賀状",
                "一言、お車のことを手書きで添える。",
                "年賀状を投函。",
                OTHER,
                cost_yen=85,
                flex_days=4,
                by_rank={"C": {"channel": "email", "title": "年始のメール", "cost_yen": 0}},
                **PREVIOUS,
            ),
        ],
    },
    {
        "slug": "summer-greetings",
        "name": "暑中のお見舞い",
        "description": "梅雨が明けるころに。",
        "base": "yearly",
        "yearly_month": 7,
        "yearly_day": 20,
        "steps": [
            step(
                0,
                "letter",
                "暑中見舞い",
                "エアコンとバッテリーの点検を、夏の遠出の前にお勧めする。",
                "暑中見舞いを投函。",
                OTHER,
                cost_yen=85,
                flex_days=5,
                by_rank={"C": {"channel": "email", "title": "暑中のメール", "cost_yen": 0}},
            ),
        ],
    },
]
