"""Made-up people and companies of Kanagawa. Nobody here exists; the numbers are of ranges nobody is given."""

from datetime import date, time

FAMILIES = [
    line.split()
    for line in """
佐藤 サトウ;鈴木 スズキ;高橋 タカハシ;髙橋 タカハシ;田中 タナカ;渡辺 ワタナベ;渡邊 ワタナベ;渡邉 ワタナベ;伊藤 イトウ;
山本 ヤマモト;中村 ナカムラ;小林 コバヤシ;加藤 カトウ;吉田 ヨシダ;山田 ヤマダ;佐々木 ササキ;山口 ヤマグチ;
松本 マツモト;井上 イノウエ;木村 キムラ;林 ハヤシ;斎藤 サイトウ;齋藤 サイトウ;齊藤 サイトウ;清水 シミズ;
山崎 ヤマザキ;山﨑 ヤマザキ;﨑山 サキヤマ;森 モリ;池田 イケダ;橋本 ハシモト;阿部 アベ;石川 イシカワ;小川 オガワ;
前田 マエダ;岡田 オカダ;長谷川 ハセガワ;藤田 フジタ;後藤 ゴトウ;近藤 コンドウ;村上 ムラカミ;遠藤 エンドウ;
青木 アオキ;坂本 サカモト;福田 フクダ;太田 オオタ;西村 ニシムラ;藤井 フジイ;金子 カネコ;岡本 オカモト;
藤原 フジワラ;中野 ナカノ;三浦 ミウラ;原田 ハラダ;中川 ナカガワ;松田 マツダ;竹内 タケウチ;小野 オノ;田村 タムラ;
中山 ナカヤマ;和田 ワダ;石田 イシダ;森田 モリタ;上田 ウエダ;原 ハラ;内田 ウチダ;柴田 シバタ;酒井 サカイ;
宮崎 ミヤザキ;横山 ヨコヤマ;高木 タカギ;安藤 アンドウ;宮本 ミヤモト;大野 オオノ;小島 コジマ;谷口 タニグチ;
今井 イマイ;工藤 クドウ;増田 マスダ;丸山 マルヤマ;杉山 スギヤマ;村田 ムラタ;大塚 オオツカ;新井 アライ;小山 コヤマ;
平野 ヒラノ;藤本 フジモト;河野 コウノ;上野 ウエノ;野口 ノグチ;武田 タケダ;松井 マツイ;千葉 チバ;岩崎 イワサキ;
菅原 スガワラ;木下 キノシタ;久保 クボ;佐野 サノ;野村 ノムラ;松尾 マツオ;市川 イチカワ;菊地 キクチ;杉本 スギモト;
古川 フルカワ;大西 オオニシ;島田 シマダ;水野 ミズノ;桜井 サクライ;櫻井 サクライ;高野 タカノ;渡部 ワタナベ;
吉川 ヨシカワ;山内 ヤマウチ;西田 ニシダ;飯田 イイダ;菊池 キクチ;西川 ニシカワ;小松 コマツ;北村 キタムラ;
安田 ヤスダ;五十嵐 イガラシ;川口 カワグチ;平田 ヒラタ;関 セキ;中田 ナカタ;久保田 クボタ;服部 ハットリ;東 ヒガシ;
岩田 イワタ;土屋 ツチヤ;川崎 カワサキ;福島 フクシマ;本田 ホンダ;辻 ツジ;樋口 ヒグチ;秋山 アキヤマ;中西 ナカニシ;
濱田 ハマダ;浜田 ハマダ;澤田 サワダ;二宮 ニノミヤ;相原 アイハラ;露木 ツユキ;簑島 ミノシマ;府川 フカワ;𠮷田 ヨシダ
""".replace("\n", "")
    .strip(";")
    .split(";")
]
MEN = [
    line.split()
    for line in """
健太 ケンタ;翔 ショウ;大輔 ダイスケ;誠 マコト;浩 ヒロシ;隆 タカシ;学 マナブ;直樹 ナオキ;和也 カズヤ;拓也 タクヤ;
亮 リョウ;剛 ツヨシ;修 オサム;茂 シゲル;進 ススム;勝 マサル;実 ミノル;清 キヨシ;正樹 マサキ;裕介 ユウスケ;
雄太 ユウタ;蓮 レン;悠斗 ユウト;陽翔 ハルト;颯太 ソウタ;健 ケン;淳 ジュン;聡 サトシ;豊 ユタカ;昇 ノボル;
哲也 テツヤ;幸雄 ユキオ;義明 ヨシアキ;光男 ミツオ;和夫 カズオ;一郎 イチロウ;俊介 シュンスケ;康平 コウヘイ;
達也 タツヤ;孝 タカシ;敏夫 トシオ;智 サトシ;洋平 ヨウヘイ;航 ワタル;樹 イツキ;大樹 ダイキ;龍之介 リュウノスケ;
眞一 シンイチ;貴之 タカユキ;博 ヒロシ
""".replace("\n", "")
    .strip(";")
    .split(";")
]
WOMEN = [
    line.split()
    for line in """
美咲 ミサキ;恵 メグミ;彩 アヤ;裕子 ユウコ;久美子 クミコ;由美 ユミ;陽子 ヨウコ;智子 トモコ;明美 アケミ;
真由美 マユミ;千尋 チヒロ;葵 アオイ;結衣 ユイ;さくら サクラ;愛 アイ;舞 マイ;麻衣 マイ;香織 カオリ;直美 ナオミ;
幸子 サチコ;和子 カズコ;節子 セツコ;洋子 ヨウコ;文子 フミコ;京子 キョウコ;典子 ノリコ;純子 ジュンコ;桃子 モモコ;
奈々 ナナ;優花 ユウカ;七海 ナナミ;沙織 サオリ;理恵 リエ;亜由美 アユミ;瞳 ヒトミ;友美 トモミ;悦子 エツコ;
あゆみ アユミ;ひかり ヒカリ;みどり ミドリ;早紀 サキ;里奈 リナ;琴音 コトネ;美穂 ミホ;絵里 エリ;春香 ハルカ
""".replace("\n", "")
    .strip(";")
    .split(";")
]
TOWNS = [
    line.split()
    for line in """
254-0043 平塚市紅谷町;254-0045 平塚市見附町;254-0811 平塚市八重咲町;254-0034 平塚市宝町;254-0052 平塚市平塚;
254-0014 平塚市四之宮;254-0821 平塚市黒部丘;259-0123 中郡二宮町二宮;255-0003 中郡大磯町大磯;253-0044 茅ヶ崎市新栄町;
253-0056 茅ヶ崎市共恵;251-0055 藤沢市南藤沢;251-0041 藤沢市辻堂神台;250-0011 小田原市栄町;259-1131 伊勢原市伊勢原;
257-0035 秦野市本町;243-0018 厚木市中町;220-0004 横浜市西区北幸;220-0012 横浜市西区みなとみらい;
221-0835 横浜市神奈川区鶴屋町;222-0033 横浜市港北区新横浜;231-0015 横浜市中区尾上町;240-0003 横浜市保土ケ谷区天王町;
244-0003 横浜市戸塚区戸塚町;252-0231 相模原市中央区相模原;252-0303 相模原市南区相模大野;252-0143 相模原市緑区橋本;
252-0239 相模原市中央区中央;242-0021 大和市中央;243-0432 海老名市中央;252-0028 座間市入谷東;194-0013 町田市原町田
""".replace("\n", "")
    .strip(";")
    .split(";")
]
OCCUPATIONS = [
    "会社員", "会社員", "会社員", "会社員(営業)", "会社員(製造)", "公務員", "市役所勤務", "教員", "看護師", "介護職",
    "自営業", "建設業", "農業", "漁業", "飲食店経営", "美容師", "運送業", "パート", "主婦", "主夫", "年金生活", "大学生",
    "保育士", "薬剤師", "システム開発", "病院勤務", "農協勤務", "消防士", "理容店経営",
]  # fmt: skip
FREE_DAYS = [
    "土日祝",
    "土日",
    "水曜・日曜",
    "平日休み",
    "シフト制",
    "月曜",
    "不定休",
    "日曜のみ",
    "火曜・水曜",
    "夜勤明け",
]
COMPANIES = [
    ("株式会社{}工務店", "{}コウムテン"), ("有限会社{}商店", "{}ショウテン"), ("{}建設株式会社", "{}ケンセツ"),
    ("株式会社{}電機", "{}デンキ"), ("{}運輸株式会社", "{}ウンユ"), ("{}設備株式会社", "{}セツビ"),
    ("合同会社{}デザイン", "{}デザイン"), ("有限会社{}造園", "{}ゾウエン"), ("{}歯科医院", "{}シカイイン"),
    ("株式会社{}塗装", "{}トソウ"), ("{}青果株式会社", "{}セイカ"), ("社会福祉法人{}会", "{}カイ"),
]  # fmt: skip
LIKES = [
    "ゴルフが趣味。", "犬を2匹飼っている。", "釣りによく行く。", "お子さんは小学生。", "来春お孫さんが生まれる。",
    "週末は野球の監督。", "奥様も運転する。", "駐車場が狭く、全幅を気にされる。", "キャンプ道具を積みたい。",
    "通勤は片道40分。", "お母様の送迎に使う。", "電話よりメールが楽とのこと。", "請求書は月末締めを希望。",
]  # fmt: skip
AREA_CODES = ["046300", "046600", "046500", "045000"]
HOURS = [(time(12), time(13)), (time(18), time(20)), (time(10), time(12)), (time(17), time(19)), (time(13), time(16))]
WEEKDAYS = [[5, 6], [6], [5], [0], [3, 4], [0, 4]]


def name(rng) -> tuple[str, str]:
    """A person's name and kana."""
    family, family_kana = rng.choice(FAMILIES)
    given, given_kana = rng.choice(MEN if rng.random() < 0.6 else WOMEN)
    return f"{family} {given}", f"{family_kana} {given_kana}"


def mobile(rng) -> str:
    """No subscriber's: after 090 and 070 never comes a nought."""
    return f"{rng.choice(('090', '070'))}0{rng.randrange(10**7):07d}"


def landline(rng) -> str:
    return f"{rng.choice(AREA_CODES)}{rng.randrange(10**4):04d}"


def home(rng) -> tuple[str, str]:
    postcode, town = rng.choice(TOWNS)
    prefecture = "東京都" if town.startswith("町田市") else "神奈川県"
    block = f"{rng.randint(1, 6)}-{rng.randint(1, 30)}-{rng.randint(1, 20)}"
    flat = f" {rng.randint(1, 9)}0{rng.randint(1, 9)}号室" if rng.random() < 0.3 else ""
    return postcode, f"{prefecture}{town}{block}{flat}"


def person(rng, number: int, today: date) -> dict:
    """The columns of Customer that tell who a private person is; `number` keeps the mail address unique."""
    full, kana = name(rng)
    postcode, address = home(rng)
    phones = [mobile(rng)]
    if rng.random() < 0.2:
        phones.append(landline(rng))
    hours = rng.choice(HOURS) if rng.random() < 0.15 else (None, None)
    return {
        "kind": "person",
        "name": full,
        "kana": kana,
        "phones": phones,
        "emails": [f"{rng.choice(('kuruma', 'ie', 'mail', 'shonan'))}{number}@example.jp"]
        if rng.random() < 0.8
        else [],
        "postcode": postcode,
        "address": address,
        "born_on": _birthday(rng, today) if rng.random() < 0.7 else None,
        "occupation": rng.choice(OCCUPATIONS) if rng.random() < 0.7 else "",
        "free_days": rng.choice(FREE_DAYS) if rng.random() < 0.4 else "",
        "convenient_weekdays": rng.choice(WEEKDAYS) if rng.random() < 0.12 else [],
        "convenient_from": hours[0],
        "convenient_until": hours[1],
        "refused_channels": [rng.choice(("email", "sms", "phone"))] if rng.random() < 0.03 else [],
        "payment": rng.choice(("cash", "loan", "loan", "late")) if rng.random() < 0.3 else "",
        "note": rng.choice(LIKES) if rng.random() < 0.35 else "",
    }


def company(rng, number: int) -> dict:
    """The columns of Customer that tell who a business customer is."""
    family, family_kana = rng.choice(FAMILIES)
    form, kana = rng.choice(COMPANIES)
    postcode, address = home(rng)
    return {
        "kind": "company",
        "name": form.format(family),
        "kana": kana.format(family_kana),
        "contact_name": name(rng)[0],
        "phones": [landline(rng), mobile(rng)],
        "emails": [f"info{number}@example.com"],
        "postcode": postcode,
        "address": address,
        "free_days": rng.choice(("土日祝", "日祝", "第2・第4土曜、日曜")),
        "payment": rng.choice(("cash", "loan", "")),
        "note": rng.choice(("社用車の入れ替えは年度末。", "軽トラックを3台お使い。", "支払いは翌月末。", "")),
    }


def _birthday(rng, today: date) -> date:
    return date(today.year - rng.randint(20, 84), rng.randint(1, 12), rng.randint(1, 28))
