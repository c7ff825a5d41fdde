"""What a noun says that a number counts: people, vehicles, kilometres, hours, money."""

from __future__ import annotations

__all__ = ["dim_of"]


#: what a noun says that a number counts; the first that a word begins with
_NOUNS: tuple[tuple[str, str], ...] = tuple(
    (stem, dimension)
    for dimension, stems in (
        ("AFN", "afghani|афгани"),
        ("length", "km|kilomet|mile|километ|км"),
        ("metre", "metres|meters|metre|meter|метр"),
        ("hour", "hour|hrs|h|ч|часов|часа|час|часах|hours"),
        ("minute", "minute|min|mins|минут|мин"),
        ("day", "days|day|суток|сутк|сутки|дней|дня|день"),
        ("week", "week|недел"),
        ("month", "month|месяц"),
        ("year", "year|лет|года|годов|летн"),
        ("vehicle", "авто|car|vehicle|automobile|lorries|truck|van|minibus|minivan|pick-up|pickup|motorcar|автомобил|машин|легков|фур|грузов|автомашин|большегруз|тягач|hgv|микроавтобус|легковуш|транспортн"),
        ("person", "people|person|persons|guys|lads|fellows|парней|ребят|мужик|persons|refugee|migrant|asylum|citizen|individual|traveller|traveler|visitor|passenger|pedestrian|resident|"
                   "foreigner|foreign|national|men|women|man|woman|males|children|reservist|conscript|evacuee|returnee|displaced|arrivals|entries|civilian|"
                   "migrants|cyclist|walker|motorist|minor|adult|escapee|crosser|youngster|villager|patient|pensioner|newcomer|student|worker|russians|ukrainians|tourist|recruit|soldier|troops|holder|deportee|salvadoran|honduran|venezuelan|syrian|afghan|"
                   "военнослужащ|солдат|боец|бойц|кыргыз|узбек|таджик|лиц|человек|люд|людей|людям|людьми|запасник|дезертир|велосипедист|водител|гражд|россиян|беженц|детей|дети|детям|беженк|мигрант|мужчин|женщин|дет|пассажир|иностранц|иностранн|путешествен|резервист|жител|пешеход|"
                   "мобилизованн|призванн|военнообязан|переселенц|турист|украинц|прибывш|гост|заявител"),
        ("notice", "notice|summons|paper|повестк|повесток|предписан"),
        ("RUB", "rouble|ruble|руб|rub"), ("USD", "dollar|usd|доллар"), ("EUR", "euro|eur|евро"), ("KZT", "tenge|тенге"),
        ("GBP", "pound|gbp|фунт"), ("GEL", "lari|gel|лари"), ("UAH", "hryvnia|гривен|гривн"), ("PLN", "zloty|злот"), ("TRY", "lira|лир"),
        ("AMD", "dram|драм"), ("NOK", "kroner|крон"),
        ("BOB", "boliviano"), ("BRL", "reais"), ("CNY", "yuan|юан"), ("ETB", "birr|быр"), ("GHS", "cedi"), ("GTQ", "quetzal|кетсал"), ("HNL", "lempira"),
        ("HTG", "gourde"), ("HUF", "forint|форинт"), ("IDR", "rupiah"), ("ILS", "shekel|шекел"), ("KGS", "som|soms|сом|сомов|сома"), ("KHR", "riel|риел"),
        ("LAK", "kip"), ("MKD", "denar|денар"), ("MMK", "kyat|кьят"), ("MNT", "tugrik|togrog|тугрик"), ("MYR", "ringgit"), ("NGN", "naira"),
        ("PYG", "guarani"), ("THB", "baht|бат|батов"), ("TJS", "somoni|сомони"), ("UZS", "soum|сум|сумов|сума"), ("VND", "dong"), ("XOF", "cfa"),
        ("ZAR", "rand"), ("ZMW", "kwacha"),
        ("percent", "percent|per cent|pct|процент"),
        ("place", "beds|bed|places|spaces|cots|bunks|mattresses|plank-beds|мест|койк|коек|койко|раскладуш|кроват|спальных"),
        ("flight", "flight|рейс"), ("bus", "bus|buses|coach|автобус"), ("train", "train|поезд"),
        ("lane", "lane|полос"), ("unit", "units|единиц"),
        ("post", "crossing|checkpoint|border|posts|post|переход|пункт|кпп"),
        ("application", "application|заявлен|ходатайств|заявк"),
        ("number", "personal|идентификационн|иин"),
        ("other", "ticket|token|visa|passport|families|family|household|group|attempt|incident|попыт|инцидент|нарушен|групп|семей|семьи|семья|case|cases|fatalit|death|dead|injur|погиб|ранен|случа|degree|градус|hectare|litre|liter|tonne|ton|тонн|seconds|пункт|regions|region|област|регион|countries|country|стран|times|раз|votes|percent|page|"
                  "town|village|school|hotel|tent|house|staff|employee|officer|police|guards|job|sandwich|peso|franc|shilling|dinar|rial|riyal|rupee|динар|риал|рупи|песо|франк|шиллинг|shots|weapon|doses|trips|"
                  "school|company|firms|seats|квартир|градусов|сотрудник|полицейск|литр|гектар"),
    )
    for stem in stems.split("|")
)  # fmt: skip


_EXACT_ONLY = frozenset(
    ["авто", "min", "person", "man", "men", "car", "bed", "post", "day", "час", "days", "ton", "rub", "way", "дня", "лет", "дет", "день", "км", "гост",
     "раз", "люд", "posts", "van", "afghani", "h", "ч", "train", "border", "лир", "мест", "national", "gel", "country", "region", "paper", "som",
     "soms", "сом", "сума", "сум", "сомов", "сумов", "сома", "kip", "бат", "dong", "rand", "cfa", "быр", "cedi"]
)  # fmt: skip


_DIM_CACHE: dict[str, str | None] = {}


def dim_of(word: str) -> str | None:
    """Return what a number before this noun counts ("person", "vehicle", "length", ...), or None."""
    if word.endswith(("-long", "-deep")):
        word = word[:-5]  # "a 20 km-long queue"
    if word not in _DIM_CACHE:
        if len(_DIM_CACHE) > 50_000:
            _DIM_CACHE.clear()
        _DIM_CACHE[word] = next(
            (
                dimension
                for stem, dimension in _NOUNS
                if word == stem
                or word == stem + "s"
                or (stem not in _EXACT_ONLY and len(stem) > 2 and word.startswith(stem))
            ),
            None,
        )
    return _DIM_CACHE[word]
