"""Write the CSV tables of scenarios/russia-2022 (places, lanes, links, baseline) from the facts curated below.

Run at build time, never at run time, from the root of the repository, as `tables.py` beside this file says.

The same facts give the same bytes. Claim ids such as E176 point into evidence.csv beside the tables. Nothing here is
dated after 28 September 2022 except structural figures (capacities, annual flows) that evidence.csv already holds.
"""

from __future__ import annotations

from tables import (
    GEONAMES,
    SCENARIOS,
    Gazetteer,
    Row,
    baseline_row,
    both_sides,
    crossing_places,
    exit_side,
    gateway_places,
    great_circle_km,
    known_roads,
    lane,
    last_legs,
    link,
    place,
    place_at,
    plain,
    rows_of,
    services,
    write_capacity_table,
    write_table,
)

FOLDER = SCENARIOS / "russia-2022"
ASSUMED_BUS_SEATS = 45

# --------------------------------------------------------------------------------------------------------------------
# Origins: the 83 federal subjects (UN practice), each at one city.
# id | name | local name | ISO 3166-2 | GeoNames admin1 | city | Schengen visa share | access
# --------------------------------------------------------------------------------------------------------------------
ORIGINS = """
moscow | Moscow | Москва | RU-MOW | 48 | Moscow | 0.10 | road
moscow-region | Moscow region | Московская область | RU-MOS | 47 | Podolsk | 0.07 | road
st-petersburg | St Petersburg | Санкт-Петербург | RU-SPE | 66 | Saint Petersburg | 0.16 | road
leningrad-region | Leningrad region | Ленинградская область | RU-LEN | 42 | Gatchina | 0.12 | road
adygea | Adygea | Адыгея | RU-AD | 01 | Maykop | 0.01 | road
altai-republic | Altai Republic | Республика Алтай | RU-AL | 03 | Gorno-Altaysk | 0.01 | road
altai-territory | Altai territory | Алтайский край | RU-ALT | 04 | Barnaul | 0.01 | road
amur-region | Amur region | Амурская область | RU-AMU | 05 | Blagoveshchensk | 0.01 | road
arkhangelsk-region | Arkhangelsk region | Архангельская область | RU-ARK | 06 | Arkhangel’sk | 0.03 | road
astrakhan-region | Astrakhan region | Астраханская область | RU-AST | 07 | Astrakhan | 0.01 | road
bashkortostan | Bashkortostan | Башкортостан | RU-BA | 08 | Ufa | 0.02 | road
belgorod-region | Belgorod region | Белгородская область | RU-BEL | 09 | Belgorod | 0.01 | road
bryansk-region | Bryansk region | Брянская область | RU-BRY | 10 | Bryansk | 0.01 | road
buryatia | Buryatia | Бурятия | RU-BU | 11 | Ulan-Ude | 0.01 | road
chechnya | Chechnya | Чечня | RU-CE | 12 | Grozny | 0.01 | road
chelyabinsk-region | Chelyabinsk region | Челябинская область | RU-CHE | 13 | Chelyabinsk | 0.025 | road
chukotka | Chukotka | Чукотский автономный округ | RU-CHU | 15 | Anadyr | 0.01 | air
chuvashia | Chuvashia | Чувашия | RU-CU | 16 | Cheboksary | 0.01 | road
dagestan | Dagestan | Дагестан | RU-DA | 17 | Makhachkala | 0.005 | road
ingushetia | Ingushetia | Ингушетия | RU-IN | 19 | Nazran | 0.005 | road
irkutsk-region | Irkutsk region | Иркутская область | RU-IRK | 20 | Irkutsk | 0.015 | road
ivanovo-region | Ivanovo region | Ивановская область | RU-IVA | 21 | Ivanovo | 0.015 | road
kabardino-balkaria | Kabardino-Balkaria | Кабардино-Балкария | RU-KB | 22 | Nalchik | 0.01 | road
kaliningrad-region | Kaliningrad region | Калининградская область | RU-KGD | 23 | Kaliningrad | 0.15 | air
kalmykia | Kalmykia | Калмыкия | RU-KL | 24 | Elista | 0.005 | road
kaluga-region | Kaluga region | Калужская область | RU-KLU | 25 | Kaluga | 0.02 | road
karachay-cherkessia | Karachay-Cherkessia | Карачаево-Черкесия | RU-KC | 27 | Cherkessk | 0.01 | road
karelia | Karelia | Карелия | RU-KR | 28 | Petrozavodsk | 0.10 | road
kemerovo-region | Kemerovo region | Кемеровская область | RU-KEM | 29 | Kemerovo | 0.01 | road
khabarovsk-territory | Khabarovsk territory | Хабаровский край | RU-KHA | 30 | Khabarovsk | 0.01 | road
khakassia | Khakassia | Хакасия | RU-KK | 31 | Abakan | 0.01 | road
khanty-mansi | Khanty-Mansi district | Ханты-Мансийский автономный округ | RU-KHM | 32 | Surgut | 0.02 | road
kirov-region | Kirov region | Кировская область | RU-KIR | 33 | Kirov | 0.01 | road
komi | Komi | Республика Коми | RU-KO | 34 | Syktyvkar | 0.015 | road
kostroma-region | Kostroma region | Костромская область | RU-KOS | 37 | Kostroma | 0.01 | road
krasnodar-territory | Krasnodar territory | Краснодарский край | RU-KDA | 38 | Krasnodar | 0.02 | road
krasnoyarsk-territory | Krasnoyarsk territory | Красноярский край | RU-KYA | 91 | Krasnoyarsk | 0.02 | road
kurgan-region | Kurgan region | Курганская область | RU-KGN | 40 | Kurgan | 0.01 | road
kursk-region | Kursk region | Курская область | RU-KRS | 41 | Kursk | 0.01 | road
lipetsk-region | Lipetsk region | Липецкая область | RU-LIP | 43 | Lipetsk | 0.01 | road
magadan-region | Magadan region | Магаданская область | RU-MAG | 44 | Magadan | 0.01 | air
mari-el | Mari El | Марий Эл | RU-ME | 45 | Yoshkar-Ola | 0.01 | road
mordovia | Mordovia | Мордовия | RU-MO | 46 | Saransk | 0.01 | road
murmansk-region | Murmansk region | Мурманская область | RU-MUR | 49 | Murmansk | 0.10 | road
nenets | Nenets district | Ненецкий автономный округ | RU-NEN | 50 | Narian-Mar | 0.02 | air
nizhny-novgorod-region | Nizhny Novgorod region | Нижегородская область | RU-NIZ | 51 | Nizhniy Novgorod | 0.03 | road
north-ossetia | North Ossetia | Северная Осетия | RU-SE | 68 | Vladikavkaz | 0.01 | road
novgorod-region | Novgorod region | Новгородская область | RU-NGR | 52 | Velikiy Novgorod | 0.05 | road
novosibirsk-region | Novosibirsk region | Новосибирская область | RU-NVS | 53 | Novosibirsk | 0.025 | road
omsk-region | Omsk region | Омская область | RU-OMS | 54 | Omsk | 0.015 | road
orenburg-region | Orenburg region | Оренбургская область | RU-ORE | 55 | Orenburg | 0.01 | road
oryol-region | Oryol region | Орловская область | RU-ORL | 56 | Orël | 0.01 | road
penza-region | Penza region | Пензенская область | RU-PNZ | 57 | Penza | 0.01 | road
perm-territory | Perm territory | Пермский край | RU-PER | 90 | Perm | 0.025 | road
primorye-territory | Primorye territory | Приморский край | RU-PRI | 59 | Vladivostok | 0.01 | road
pskov-region | Pskov region | Псковская область | RU-PSK | 60 | Pskov | 0.08 | road
rostov-region | Rostov region | Ростовская область | RU-ROS | 61 | Rostov-on-Don | 0.02 | road
ryazan-region | Ryazan region | Рязанская область | RU-RYA | 62 | Ryazan’ | 0.015 | road
sakhalin-region | Sakhalin region | Сахалинская область | RU-SAK | 64 | Yuzhno-Sakhalinsk | 0.01 | air
samara-region | Samara region | Самарская область | RU-SAM | 65 | Samara | 0.025 | road
saratov-region | Saratov region | Саратовская область | RU-SAR | 67 | Saratov | 0.015 | road
smolensk-region | Smolensk region | Смоленская область | RU-SMO | 69 | Smolensk | 0.03 | road
stavropol-territory | Stavropol territory | Ставропольский край | RU-STA | 70 | Stavropol | 0.01 | road
sverdlovsk-region | Sverdlovsk region | Свердловская область | RU-SVE | 71 | Yekaterinburg | 0.03 | road
tambov-region | Tambov region | Тамбовская область | RU-TAM | 72 | Tambov | 0.01 | road
tatarstan | Tatarstan | Татарстан | RU-TA | 73 | Kazan | 0.025 | road
tomsk-region | Tomsk region | Томская область | RU-TOM | 75 | Tomsk | 0.02 | road
tula-region | Tula region | Тульская область | RU-TUL | 76 | Tula | 0.02 | road
tuva | Tuva | Тыва | RU-TY | 79 | Kyzyl | 0.005 | road
tver-region | Tver region | Тверская область | RU-TVE | 77 | Tver | 0.03 | road
tyumen-region | Tyumen region | Тюменская область | RU-TYU | 78 | Tyumen | 0.02 | road
udmurtia | Udmurtia | Удмуртия | RU-UD | 80 | Izhevsk | 0.015 | road
ulyanovsk-region | Ulyanovsk region | Ульяновская область | RU-ULY | 81 | Ulyanovsk | 0.01 | road
vladimir-region | Vladimir region | Владимирская область | RU-VLA | 83 | Vladimir | 0.02 | road
volgograd-region | Volgograd region | Волгоградская область | RU-VGG | 84 | Volgograd | 0.015 | road
vologda-region | Vologda region | Вологодская область | RU-VLG | 85 | Cherepovets | 0.03 | road
voronezh-region | Voronezh region | Воронежская область | RU-VOR | 86 | Voronezh | 0.02 | road
yakutia | Yakutia | Якутия | RU-SA | 63 | Yakutsk | 0.01 | air
yamalo-nenets | Yamalo-Nenets district | Ямало-Ненецкий автономный округ | RU-YAN | 87 | Noyabrsk | 0.015 | road
yaroslavl-region | Yaroslavl region | Ярославская область | RU-YAR | 88 | Yaroslavl | 0.025 | road
jewish-region | Jewish autonomous region | Еврейская автономная область | RU-YEV | 89 | Birobidzhan | 0.005 | road
trans-baikal-territory | Trans-Baikal territory | Забайкальский край | RU-ZAB | 93 | Chita | 0.01 | road
kamchatka-territory | Kamchatka territory | Камчатский край | RU-KAM | 92 | Petropavlovsk-Kamchatsky | 0.01 | air
"""

# Census of October 2021. The first block is in evidence.csv; the second stands in the same lists, read for this table.
CENSUS_CLAIMS = {
    "altai-territory": (2163693, "E007"), "chelyabinsk-region": (3431224, "E008"), "dagestan": (3182054, "E009"),
    "krasnodar-territory": (5838273, "E010"), "leningrad-region": (2000997, "E011"), "moscow": (13010112, "E012"),
    "moscow-region": (8524665, "E013"), "novosibirsk-region": (2797176, "E014"), "omsk-region": (1858798, "E015"),
    "orenburg-region": (1862767, "E016"), "rostov-region": (4200729, "E017"), "samara-region": (3172925, "E018"),
    "saratov-region": (2442575, "E019"), "st-petersburg": (5601911, "E020"), "stavropol-territory": (2907593, "E021"),
    "volgograd-region": (2500781, "E022"),
}  # fmt: skip
CENSUS_OTHER = {
    "sverdlovsk-region": 4268998, "bashkortostan": 4091423, "tatarstan": 4004809, "nizhny-novgorod-region": 3119115,
    "krasnoyarsk-territory": 2856971, "kemerovo-region": 2600923, "perm-territory": 2532405, "irkutsk-region": 2370102,
    "voronezh-region": 2308792, "belgorod-region": 1540486, "bryansk-region": 1169161, "ivanovo-region": 927828,
    "yaroslavl-region": 1209811, "kaluga-region": 1069904, "kostroma-region": 580976, "kursk-region": 1082458,
    "lipetsk-region": 1143224,
}  # fmt: skip
CENSUS_OTHER_SOURCE = (
    "census 2021 (https://simple.wikipedia.org/wiki/List_of_federal_subjects_of_Russia_by_population ; "
    "http://citypopulation.de/en/russia/admin)"
)
# 147.2 million in all (https://eng.rosstat.gov.ru/folder/13901/document/168696), less about 2.48 million in Crimea and
# Sevastopol, which that count includes and UN practice does not. Subjects with no census row share what is left in
# proportion to their GeoNames cities: cities alone leave out the countryside.
TOTAL_POPULATION = 147_200_000 - 2_480_000
GEONAMES_TWINS = {"Nar'yan-Mar"}  # a second record of a city that GeoNames has twice

VISA_NOTE = (
    "visa_share: assumption (no regional figure published: consulates, distance to the Schengen border, income); "
    "to be calibrated"
)
AIR_ONLY = "access air: no through road or rail to the rest (Kaliningrad: transit through Lithuania left out)"
TIME_ZONE_FIXES = {"nenets": "Europe/Moscow"}

# --------------------------------------------------------------------------------------------------------------------
# Gateways: the last Russian town before a post. id | GeoNames name | admin1 | local name | ISO | corridor | access
# --------------------------------------------------------------------------------------------------------------------
GATEWAYS = """
vladikavkaz | Vladikavkaz | 68 | Владикавказ | RU-SE | caucasus | road;rail;airport
derbent | Derbent | 17 | Дербент | RU-DA | caucasus | road;rail
sochi | Sochi | 38 | Сочи | RU-KDA | black-sea | road;rail;airport
astrakhan | Astrakhan | 07 | Астрахань | RU-AST | lower-volga | road;rail;airport
pallasovka | Pallasovka | 84 | Палласовка | RU-VGG | lower-volga | road;rail
saratov | Saratov | 67 | Саратов | RU-SAR | lower-volga | road;rail;airport
samara | Samara | 65 | Самара | RU-SAM | samara-orenburg | road;rail;airport
orenburg | Orenburg | 55 | Оренбург | RU-ORE | samara-orenburg | road;rail;airport
orsk | Orsk | 55 | Орск | RU-ORE | samara-orenburg | road;rail;airport
chelyabinsk | Chelyabinsk | 13 | Челябинск | RU-CHE | urals | road;rail;airport
kurgan | Kurgan | 40 | Курган | RU-KGN | urals | road;rail;airport
ishim | Ishim | 78 | Ишим | RU-TYU | west-siberia | road;rail
omsk | Omsk | 54 | Омск | RU-OMS | west-siberia | road;rail;airport
slavgorod | Slavgorod | 04 | Славгород | RU-ALT | altai | road;rail
rubtsovsk | Rubtsovsk | 04 | Рубцовск | RU-ALT | altai | road;rail
gorno-altaysk | Gorno-Altaysk | 03 | Горно-Алтайск | RU-AL | altai | road;airport
irkutsk | Irkutsk | 20 | Иркутск | RU-IRK | baikal | road;rail;airport
ulan-ude | Ulan-Ude | 11 | Улан-Удэ | RU-BU | baikal | road;rail;airport
vyborg | Vyborg | 42 | Выборг | RU-LEN | northwest | road;rail
sortavala | Sortavala | 28 | Сортавала | RU-KR | karelia | road;rail
kostomuksha | Kostomuksha | 28 | Костомукша | RU-KR | karelia | road;rail
loukhi | Loukhi | 28 | Лоухи | RU-KR | karelia | road;rail
kandalaksha | Kandalaksha | 49 | Кандалакша | RU-MUR | arctic | road;rail
murmansk | Murmansk | 49 | Мурманск | RU-MUR | arctic | road;rail;airport
kingisepp | Kingisepp | 42 | Кингисепп | RU-LEN | baltic | road;rail
pskov | Pskov | 60 | Псков | RU-PSK | baltic | road;rail;airport
velikiye-luki | Velikiye Luki | 60 | Великие Луки | RU-PSK | baltic | road;rail
"""
GATEWAY_NOTE = "access: general knowledge (airport = Moscow flights in September 2022 within about 60 km; unverified)"

# --------------------------------------------------------------------------------------------------------------------
# Posts. id | name | local | other side | country | ISO of the Russian side | lat | lon | zone of the other side |
# gateway | road km from the gateway | number in the project's list of posts
# --------------------------------------------------------------------------------------------------------------------
CROSSINGS = """
verkhny-lars | Verkhny Lars | Верхний Ларс | Dariali (Kazbegi) | GE | RU-SE | 42.745 | 44.63 | Asia/Tbilisi | vladikavkaz | 35 | X01
psou | Psou | Псоу | Psou (Abkhazia) | GE-AB | RU-KDA | 43.401 | 40.01 | Asia/Tbilisi | sochi | 37 | X02
yarag-kazmalyar | Yarag-Kazmalyar | Яраг-Казмаляр | Samur | AZ | RU-DA | 41.64 | 48.42 | Asia/Baku | derbent | 55 | X03
karauzek | Karauzek | Караузек | Kurmangazy | KZ | RU-AST | 46.55 | 48.65 | Asia/Atyrau | astrakhan | 55 | X04
vishnyovka | Vishnyovka | Вишнёвка | Zhanybek | KZ | RU-VGG | 49.43 | 46.8 | Asia/Oral | pallasovka | 85 | X05
ozinki | Ozinki | Озинки | Taskala | KZ | RU-SAR | 51.15 | 49.98 | Asia/Oral | saratov | 315 | X06
mashtakovo | Mashtakovo | Маштаково | Syrym | KZ | RU-ORE | 51.61 | 51.1 | Asia/Oral | samara | 205 | X07
tyoploye | Tyoploye | Тёплое | Shagan | KZ | RU-ORE | 51.5 | 51.52 | Asia/Oral | samara | 260 | X08
ilek | Ilek | Илек | Aksai | KZ | RU-ORE | 51.48 | 53.33 | Asia/Oral | orenburg | 135 | X09
sagarchin | Sagarchin | Сагарчин | Zhaisan | KZ | RU-ORE | 50.85 | 56.02 | Asia/Aqtobe | orenburg | 150 | X10
orsk-alimbet | Orsk | Орск | Alimbet | KZ | RU-ORE | 51.05 | 58.55 | Asia/Aqtobe | orsk | 30 | X11
bugristoye | Bugristoye | Бугристое | Kairak | KZ | RU-CHE | 53.92 | 61.8 | Asia/Qostanay | chelyabinsk | 155 | X12
zverinogolovskoye | Zverinogolovskoye | Звериноголовское | Ubagan | KZ | RU-KGN | 54.38 | 64.9 | Asia/Qostanay | kurgan | 135 | X13
petukhovo | Petukhovo | Петухово | Zhana Zhol | KZ | RU-KGN | 55.03 | 68.15 | Asia/Almaty | kurgan | 195 | X14
kazanskoye | Kazanskoye | Казанское | Kyzyl Zhar | KZ | RU-TYU | 55.38 | 69.1 | Asia/Almaty | ishim | 95 | X15
isilkul | Isilkul | Исилькуль | Karakoga | KZ | RU-OMS | 54.87 | 70.95 | Asia/Almaty | omsk | 165 | X16
cherlak | Cherlak | Черлак | Urlyutobe | KZ | RU-OMS | 53.92 | 75.05 | Asia/Almaty | omsk | 180 | X17
kulunda | Kulunda | Кулунда | Sharbakty | KZ | RU-ALT | 52.53 | 78.6 | Asia/Almaty | slavgorod | 75 | X18
veseloyarsk | Veseloyarsk | Веселоярск | Auyl | KZ | RU-ALT | 51.16 | 81.0 | Asia/Almaty | rubtsovsk | 45 | X19
torfyanovka | Torfyanovka | Торфяновка | Vaalimaa | FI | RU-LEN | 60.606 | 27.83 | Europe/Helsinki | vyborg | 58 | X20
brusnichnoye | Brusnichnoye | Брусничное | Nuijamaa | FI | RU-LEN | 60.956 | 28.566 | Europe/Helsinki | vyborg | 35 | X21
svetogorsk | Svetogorsk | Светогорск | Imatra | FI | RU-LEN | 61.13 | 28.84 | Europe/Helsinki | vyborg | 55 | X22
syvyaoro | Syvyaoro | Сювяоро | Parikkala | FI | RU-KR | 61.51 | 29.58 | Europe/Helsinki | sortavala | 85 | X23
vyartsilya | Vyartsilya | Вяртсиля | Niirala | FI | RU-KR | 62.18 | 30.6 | Europe/Helsinki | sortavala | 65 | X24
lyttya | Lyttya | Люття | Vartius | FI | RU-KR | 64.49 | 29.97 | Europe/Helsinki | kostomuksha | 38 | X25
suoperya | Suoperya | Суоперя | Kuusamo (Kortesalmi) | FI | RU-KR | 66.05 | 29.95 | Europe/Helsinki | loukhi | 175 | X26
salla | Salla | Салла | Kelloselka (Salla) | FI | RU-MUR | 66.93 | 29.06 | Europe/Helsinki | kandalaksha | 180 | X27
lotta | Lotta | Лотта | Raja-Jooseppi | FI | RU-MUR | 68.48 | 28.45 | Europe/Helsinki | murmansk | 235 | X28
borisoglebsk | Borisoglebsk | Борисоглебский | Storskog | NO | RU-MUR | 69.66 | 30.2 | Europe/Oslo | murmansk | 220 | X29
ivangorod | Ivangorod | Ивангород | Narva | EE | RU-LEN | 59.375 | 28.205 | Europe/Tallinn | kingisepp | 25 | X30
kunichina-gora | Kunichina Gora | Куничина Гора | Koidula | EE | RU-PSK | 57.84 | 27.58 | Europe/Tallinn | pskov | 55 | X31
shumilkino | Shumilkino | Шумилкино | Luhamaa | EE | RU-PSK | 57.62 | 27.37 | Europe/Tallinn | pskov | 70 | X32
burachki | Burachki | Бурачки | Terehova | LV | RU-PSK | 56.37 | 28.18 | Europe/Riga | velikiye-luki | 165 | X33
ubylinka | Ubylinka | Убылинка | Grebneva | LV | RU-PSK | 56.9 | 27.83 | Europe/Riga | pskov | 125 | X34
brunishevo | Brunishevo | Брунишево | Pededze | LV | RU-PSK | 57.47 | 27.38 | Europe/Riga | pskov | 85 | X35
kyakhta | Kyakhta | Кяхта | Altanbulag | MN | RU-BU | 50.335 | 106.48 | Asia/Ulaanbaatar | ulan-ude | 230 | X36
mondy | Mondy | Монды | Khankh | MN | RU-BU | 51.6 | 100.85 | Asia/Ulaanbaatar | irkutsk | 340 | X37
tashanta | Tashanta | Ташанта | Tsagaannuur | MN | RU-AL | 49.66 | 89.25 | Asia/Hovd | gorno-altaysk | 505 | X38
"""
POST_NOTE = "project's list of border posts, {number}: position is general knowledge, unverified, about 0.1 degree"

# id | name | local name | GeoNames name | country | region | zone
AIRPORTS = """
moscow-airports | Moscow airports | Московские аэропорты | Moscow | RU | RU-MOW
st-petersburg-airport | St Petersburg airport | Пулково | Saint Petersburg | RU | RU-SPE
yekaterinburg-airport | Yekaterinburg airport | Кольцово | Yekaterinburg | RU | RU-SVE
novosibirsk-airport | Novosibirsk airport | Толмачёво | Novosibirsk | RU | RU-NVS
kazan-airport | Kazan airport | Казань | Kazan | RU | RU-TA
samara-airport | Samara airport | Курумоч | Samara | RU | RU-SAM
sochi-airport | Sochi airport | Сочи | Sochi | RU | RU-KDA
ufa-airport | Ufa airport | Уфа | Ufa | RU | RU-BA
mineralnye-vody-airport | Mineralnye Vody airport | Минеральные Воды | Mineralnye Vody | RU | RU-STA
irkutsk-airport | Irkutsk airport | Иркутск | Irkutsk | RU | RU-IRK
"""
# id | name | local name | country | lat | lon | zone
HUBS = """
istanbul | Istanbul | İstanbul | TR | 41.28 | 28.75 | Europe/Istanbul
antalya | Antalya | Antalya | TR | 36.90 | 30.80 | Europe/Istanbul
yerevan | Yerevan | Երևան | AM | 40.15 | 44.40 | Asia/Yerevan
dubai | Dubai | دبي | AE | 25.25 | 55.36 | Asia/Dubai
tashkent | Tashkent | Toshkent | UZ | 41.26 | 69.28 | Asia/Tashkent
belgrade | Belgrade | Београд | RS | 44.82 | 20.29 | Europe/Belgrade
baku | Baku | Bakı | AZ | 40.47 | 50.05 | Asia/Baku
almaty | Almaty | Алматы | KZ | 43.35 | 77.04 | Asia/Almaty
astana | Astana | Астана | KZ | 51.02 | 71.47 | Asia/Almaty
bishkek | Bishkek | Бишкек | KG | 43.06 | 74.48 | Asia/Bishkek
"""
ENTRIES = """
georgia-other | Georgia, other crossings and airports | საქართველო | GE | 41.72 | 44.79 | Asia/Tbilisi | the Georgian series counts Russian citizens at every crossing and airport (E061)
kazakhstan-other | Kazakhstan, rail and air | Қазақстан | KZ | 51.13 | 71.43 | Asia/Almaty | the Kazakh series counts all crossings (E051)
"""

# --------------------------------------------------------------------------------------------------------------------
# Lanes out of Russia: cars, buses (vehicles a day) and walkers or cyclists (persons a day), real capacity of the
# Russian exit side, and the reason. 0 = no such lane.
# id | cars | buses | foot | entry side, cars (blank: a fifth more than the exit) | figure | source
# --------------------------------------------------------------------------------------------------------------------
CAPACITIES = """
verkhny-lars | 2000 | 30 | 4000 | 2400 | Observed ceiling of about 2,000 cars a day out, ten times the design of 200; buses at the nominal 30 a day, as nothing larger was seen; walkers and cyclists = 10,000 persons a day over two days less about 6,000 in cars and buses | E176, E044, E045, E006, E230
psou | 2300 | 200 | 4000 | | Half of the 28,000 persons and 5,000 vehicles a day given for both directions, split over cars, buses and walkers by assumption | E048
karauzek | 550 | 25 | 200 | | Observed mean of 1,190 vehicles a day both ways in 2024, one way 595; less trucks, plus a peak above the mean; twice the old design of 250 | E374
vishnyovka | 80 | 0 | 60 | 96 | Ten persons an hour seen by one traveller, so about 240 a day in cars and on foot | E237
ozinki | 650 | 25 | 0 | | Observed 1,100 vehicles a day both ways as a yearly mean, one way 550, raised to a peak; 2.6 times the design of 250; walkers not allowed | E373, E370; walkers: project's list of border posts, X06
mashtakovo | 800 | 30 | 800 | | Class: main multilateral road, above Ozinki since it is the main Samara-Uralsk road; figure WITHOUT the repair that began on 12 September 2022 | assumption: by analogy with Ozinki (E373); walkers E161
tyoploye | 150 | 0 | 150 | | Class: two-country post on a minor road, upper end since it is close to Uralsk | assumption: by class of post; walkers E161
ilek | 250 | 10 | 100 | | Class: secondary multilateral road | assumption: by class of post
sagarchin | 600 | 20 | 0 | | Class: main multilateral road (Orenburg-Aktobe) | assumption: by analogy with Ozinki (E373)
orsk-alimbet | 200 | 8 | 0 | | Class: secondary multilateral road | assumption: by class of post
bugristoye | 700 | 30 | 430 | | Class: main multilateral road (Chelyabinsk-Kostanay); walkers let in by groups of about 12 every 40 minutes | assumption: by analogy with Ozinki (E373); walkers E157
zverinogolovskoye | 120 | 0 | 0 | | Class: two-country post on a minor road | assumption: by class of post
petukhovo | 600 | 15 | 0 | | Class: main multilateral road (Kurgan-Petropavlovsk), short queues seen | assumption: by analogy with Ozinki (E373); E218
kazanskoye | 220 | 8 | 0 | | Class: secondary multilateral road (Ishim-Petropavlovsk) | assumption: by class of post
isilkul | 600 | 20 | 0 | | Class: main multilateral road (Omsk-Petropavlovsk) | assumption: by analogy with Ozinki (E373)
cherlak | 350 | 12 | 0 | | Class: secondary multilateral road, upper end (Omsk-Pavlodar) | assumption: by class of post
kulunda | 350 | 12 | 0 | | Class: secondary multilateral road, upper end (Barnaul-Pavlodar) | assumption: by class of post
veseloyarsk | 400 | 15 | 0 | | Class: secondary multilateral road, upper end (Barnaul-Semey) | assumption: by class of post
torfyanovka | 1100 | 60 | 150 | 2600 | A little above the record of 1,021 cars out, because 5 km of cars waited on the record morning; Finnish side wider (1.2 million crossings in its best month over all posts) | E227, E197, E198, E228, E259; bicycles: project's list of border posts, X20
brusnichnoye | 1250 | 25 | 60 | 1800 | Half of the 2,500 vehicles a day of both directions; record day 986 cars out | E367, E217, E259
svetogorsk | 1030 | 15 | 60 | 1400 | Half of the 2,060 vehicles a day of both directions; record day 852 cars out | E369, E226, E259
vyartsilya | 400 | 12 | 0 | 600 | Class: main northern day post | assumption: by class of post; E259
lyttya | 200 | 6 | 0 | 300 | Class: northern day post | assumption: by class of post; E259
suoperya | 120 | 0 | 0 | 180 | Class: small northern day post | assumption: by class of post; E259
salla | 120 | 0 | 0 | 180 | Class: small northern day post | assumption: by class of post; E259
lotta | 120 | 0 | 0 | 180 | Class: small northern day post | assumption: by class of post; E259
borisoglebsk | 200 | 16 | 60 | 240 | 458 persons came on one seven-hour day and the 2013 mean was 440 a day one way; a fifth to a half above | E246, E365; bicycles: project's list of border posts, X29
ivangorod | 600 | 60 | 4000 | 600 | 760 vehicles a day one way (half of 1,520 both ways) less trucks; walkers over the bridge by assumption | E368
kunichina-gora | 250 | 12 | 300 | 250 | Class: main Baltic post, by analogy with Ivangorod, fewer lanes | assumption: by analogy with Ivangorod (E368)
shumilkino | 320 | 40 | 100 | 320 | Class: main Baltic post, by analogy with Ivangorod, fewer lanes | assumption: by analogy with Ivangorod (E368)
burachki | 320 | 40 | 0 | 320 | Class: main Baltic post under rebuilding; 58 vehicles waited at dawn | assumption: by analogy with Ivangorod (E368); E159
ubylinka | 220 | 10 | 0 | 220 | Class: main Baltic post, second road; 25 vehicles waited at dawn | assumption: by analogy with Ivangorod (E368); E165
brunishevo | 60 | 0 | 0 | 60 | Class: local post | assumption: by class of post; E263
kyakhta | 400 | 20 | 0 | 300 | 1,000 vehicles and 3,000 persons a day are taken as both ways, so 500 and 1,500 one way; cut since 80 to 150 cars waited up to 16 hours while some 700 persons a day came in, which points at the Mongolian side | E004, E005, E111, E160, E193, E220
mondy | 40 | 0 | 0 | 40 | Class: small day post with one alternating lane | assumption: by class of post
tashanta | 120 | 8 | 0 | 100 | Class: day post on a mountain road | assumption: by class of post
"""
ENTRY_RULE = "assumption: entry side a fifth above the exit side, as queues were reported on the Russian side"
HOURS = {  # opens, closes, zone, note
    "borisoglebsk": ("09:00", "16:00", "Europe/Moscow", "hours: project's list of border posts, X29"),
    **dict.fromkeys(
        ("vyartsilya", "lyttya", "suoperya", "salla", "lotta"),
        ("09:00", "21:00", "Europe/Moscow", "hours: assumption, day post, unverified"),
    ),
    "mondy": ("09:00", "18:00", "Asia/Irkutsk", "hours: assumption, day post, unverified"),
    "tashanta": ("09:00", "18:00", "Asia/Barnaul", "hours: assumption, day post, unverified"),
}
RETURN_CAPACITY = {  # persons a day into Russia where there is a figure; otherwise 2.6 a car and 25 a bus, plus walkers
    "verkhny-lars": (7000, "Half of the 14,000 persons seen both ways on a peak day", "E001"),
    "psou": (14000, "Half of the 28,000 persons a day both ways", "E048"),
    "vishnyovka": (240, "Ten persons an hour, as outbound", "E237"),
    "kyakhta": (1500, "Half of the 3,000 persons a day, taken as both ways", "E005"),
    "borisoglebsk": (550, "As outbound: a quarter above the mean of 2013", "E365"),
}
TRAIN_LANE = ("isilkul", 600, "Two border trains a day of about 300 places, Omsk-Petropavlovsk (rail post at Isilkul)")

# --------------------------------------------------------------------------------------------------------------------
# Links
# --------------------------------------------------------------------------------------------------------------------
LAST_LEG_HOURS = {  # (post, mode): hours where they are known or where riding and walking mix
    ("borisoglebsk", "car"): (3.5, "Murmansk-Kirkenes takes about 3.5 h: project's list of border posts, X29"),
    ("verkhny-lars", "foot"): (6.0, "assumption: bicycle or scooter, or a taxi to the tail of the queue, then on foot"),
}
LAST_LEG_NOTES = {
    "verkhny-lars": "single mountain road (Georgian Military Road)",
    "tashanta": "Chuya highway, mountain road",
    "karauzek": "river crossings on the way",
}

# Road distances between towns, to fit each corridor's detour factor: from | to | km
KNOWN_ROADS = """
moscow | vladikavkaz | 1790
rostov-region | vladikavkaz | 690
stavropol-territory | vladikavkaz | 370
dagestan | vladikavkaz | 270
chechnya | vladikavkaz | 113
kabardino-balkaria | vladikavkaz | 115
krasnodar-territory | vladikavkaz | 610
dagestan | derbent | 125
moscow | sochi | 1620
rostov-region | sochi | 560
krasnodar-territory | sochi | 295
voronezh-region | sochi | 1110
moscow | astrakhan | 1410
volgograd-region | astrakhan | 425
kalmykia | astrakhan | 315
moscow | saratov | 845
penza-region | saratov | 225
volgograd-region | saratov | 375
samara-region | saratov | 425
voronezh-region | saratov | 515
moscow | samara | 1060
tatarstan | samara | 360
bashkortostan | samara | 460
penza-region | samara | 420
saratov-region | samara | 425
moscow | orenburg | 1460
samara-region | orenburg | 412
bashkortostan | orenburg | 365
orenburg-region | orsk | 285
moscow | chelyabinsk | 1780
sverdlovsk-region | chelyabinsk | 210
bashkortostan | chelyabinsk | 420
perm-territory | chelyabinsk | 565
kurgan-region | chelyabinsk | 270
sverdlovsk-region | kurgan | 375
tyumen-region | kurgan | 205
moscow | omsk | 2700
sverdlovsk-region | omsk | 950
tyumen-region | omsk | 630
novosibirsk-region | omsk | 650
tyumen-region | ishim | 295
omsk-region | ishim | 335
novosibirsk-region | gorno-altaysk | 450
altai-territory | gorno-altaysk | 260
altai-territory | rubtsovsk | 288
novosibirsk-region | rubtsovsk | 518
altai-territory | slavgorod | 395
novosibirsk-region | irkutsk | 1850
krasnoyarsk-territory | irkutsk | 1060
trans-baikal-territory | irkutsk | 1115
irkutsk-region | ulan-ude | 455
trans-baikal-territory | ulan-ude | 660
st-petersburg | vyborg | 140
moscow | vyborg | 845
novgorod-region | vyborg | 330
pskov-region | vyborg | 430
tver-region | vyborg | 675
st-petersburg | sortavala | 268
karelia | sortavala | 248
moscow | sortavala | 970
karelia | kostomuksha | 495
st-petersburg | murmansk | 1365
karelia | murmansk | 935
moscow | murmansk | 1930
karelia | kandalaksha | 690
murmansk-region | kandalaksha | 248
st-petersburg | kingisepp | 132
st-petersburg | pskov | 290
moscow | pskov | 730
novgorod-region | pskov | 210
moscow | velikiye-luki | 475
"""

# Named public services beyond a post: id | from | post | mode | km | hours | fare RUB | seats a day | source.
# km and hours run to the post; the wait there is the model's business.
SERVICES = """
samara-uralsk | samara-region | mashtakovo | bus | 205 | 4.0 | 1300 | 225 | E031 (5 buses a day), x 45 seats; fare: assumption
tolyatti-uralsk | samara-region | mashtakovo | bus | 290 | 5.5 | 1500 | 90 | E286, E301 (the service existed); two buses x 45 seats and fare: assumption
saratov-uralsk | saratov | ozinki | bus | 315 | 6.0 | 1400 | 90 | assumption: two buses x 45 seats, fare by analogy with Samara-Uralsk
astrakhan-atyrau | astrakhan | karauzek | bus | 55 | 1.5 | 1500 | 90 | assumption: two buses x 45 seats, fare by analogy with Samara-Uralsk
orenburg-aktobe | orenburg | sagarchin | bus | 150 | 3.0 | 1400 | 90 | assumption: two buses x 45 seats, fare by analogy with Samara-Uralsk
orsk-aktobe | orsk | orsk-alimbet | bus | 30 | 1.0 | 1000 | 45 | assumption: one bus x 45 seats, fare by analogy with Samara-Uralsk
chelyabinsk-kostanay | chelyabinsk | bugristoye | bus | 155 | 3.0 | 1400 | 180 | assumption: four buses x 45 seats, fare by analogy with Samara-Uralsk
omsk-petropavlovsk | omsk | isilkul | train | 165 | 3.5 | 2000 | 500 | project's list of border posts, X16 (train ran, about 2,000 RUB); seats: assumption
barnaul-pavlodar | altai-territory | kulunda | bus | 380 | 7.0 | 1700 | 45 | assumption: one bus x 45 seats, fare by analogy with Samara-Uralsk
barnaul-semey | altai-territory | veseloyarsk | bus | 333 | 6.5 | 1700 | 90 | assumption: two buses x 45 seats, fare by analogy with Samara-Uralsk
vladikavkaz-tbilisi | vladikavkaz | verkhny-lars | bus | 35 | 1.0 | 2000 | 600 | assumption: about 40 minibuses x 15 seats; E006 names 30 buses a day nominal
moscow-tbilisi | moscow | verkhny-lars | bus | 1825 | 30.0 | 5500 | 90 | assumption: two coaches x 45 seats
sochi-sukhum | sochi | psou | bus | 37 | 1.2 | 600 | 1500 | assumption: frequent buses and minibuses to the post; share of E048
st-petersburg-helsinki-vaalimaa | st-petersburg | torfyanovka | bus | 200 | 4.0 | 3500 | 360 | assumption: eight coaches x 45 seats
st-petersburg-helsinki-nuijamaa | st-petersburg | brusnichnoye | bus | 175 | 3.7 | 3500 | 135 | assumption: three coaches x 45 seats
st-petersburg-imatra | st-petersburg | svetogorsk | bus | 190 | 4.0 | 2500 | 60 | assumption: four minibuses x 15 seats
petrozavodsk-joensuu | karelia | vyartsilya | bus | 310 | 6.0 | 3000 | 20 | assumption: one minibus a day
murmansk-kirkenes | murmansk | borisoglebsk | bus | 220 | 3.5 | 3000 | 60 | assumption: ordinary fare; E225 has 600-1,000 EUR in the crisis; seats: assumption
st-petersburg-tallinn | st-petersburg | ivangorod | bus | 157 | 3.0 | 2200 | 360 | assumption: eight coaches x 45 seats
st-petersburg-tartu | st-petersburg | kunichina-gora | bus | 345 | 6.0 | 2500 | 45 | assumption: one coach x 45 seats
st-petersburg-riga | st-petersburg | shumilkino | bus | 360 | 6.0 | 3000 | 180 | assumption: four coaches x 45 seats
pskov-tartu | pskov | kunichina-gora | bus | 55 | 1.2 | 1500 | 30 | assumption: two minibuses x 15 seats
moscow-riga | moscow | burachki | bus | 610 | 10.0 | 4000 | 180 | assumption: four coaches x 45 seats
ulan-ude-ulaanbaatar | ulan-ude | kyakhta | bus | 230 | 4.0 | 2500 | 45 | assumption: one bus x 45 seats
"""

# Ordinary one-way fares before the crisis and seats a day. id | from | to | fare RUB | seats
FARE_NOTES = {
    ("moscow-airports", "istanbul"): "fare E057",
    ("moscow-airports", "antalya"): "fare E057; seats: assumption, E239 names 36 flights on one day (weak), x 180",
    ("moscow-airports", "yerevan"): "fare E089",
}
FLIGHTS = """
moscow-istanbul | moscow-airports | istanbul | 22000 | 3600
moscow-antalya | moscow-airports | antalya | 22000 | 6480
moscow-yerevan | moscow-airports | yerevan | 8000 | 2000
moscow-dubai | moscow-airports | dubai | 25000 | 2000
moscow-tashkent | moscow-airports | tashkent | 15000 | 1400
moscow-belgrade | moscow-airports | belgrade | 25000 | 600
moscow-baku | moscow-airports | baku | 12000 | 600
moscow-almaty | moscow-airports | almaty | 18000 | 1000
moscow-astana | moscow-airports | astana | 16000 | 650
moscow-bishkek | moscow-airports | bishkek | 17000 | 800
st-petersburg-istanbul | st-petersburg-airport | istanbul | 22000 | 1100
st-petersburg-antalya | st-petersburg-airport | antalya | 23000 | 1500
st-petersburg-yerevan | st-petersburg-airport | yerevan | 10000 | 500
st-petersburg-dubai | st-petersburg-airport | dubai | 27000 | 500
st-petersburg-tashkent | st-petersburg-airport | tashkent | 17000 | 450
st-petersburg-belgrade | st-petersburg-airport | belgrade | 26000 | 150
yekaterinburg-istanbul | yekaterinburg-airport | istanbul | 24000 | 250
yekaterinburg-antalya | yekaterinburg-airport | antalya | 25000 | 750
yekaterinburg-dubai | yekaterinburg-airport | dubai | 24000 | 350
yekaterinburg-tashkent | yekaterinburg-airport | tashkent | 14000 | 250
yekaterinburg-yerevan | yekaterinburg-airport | yerevan | 14000 | 170
novosibirsk-istanbul | novosibirsk-airport | istanbul | 28000 | 170
novosibirsk-tashkent | novosibirsk-airport | tashkent | 14000 | 250
novosibirsk-bishkek | novosibirsk-airport | bishkek | 12000 | 170
novosibirsk-almaty | novosibirsk-airport | almaty | 13000 | 100
kazan-istanbul | kazan-airport | istanbul | 22000 | 350
kazan-antalya | kazan-airport | antalya | 23000 | 550
kazan-tashkent | kazan-airport | tashkent | 14000 | 170
samara-istanbul | samara-airport | istanbul | 23000 | 170
samara-yerevan | samara-airport | yerevan | 12000 | 100
samara-tashkent | samara-airport | tashkent | 14000 | 150
sochi-istanbul | sochi-airport | istanbul | 18000 | 700
sochi-yerevan | sochi-airport | yerevan | 9000 | 250
ufa-istanbul | ufa-airport | istanbul | 24000 | 170
ufa-tashkent | ufa-airport | tashkent | 14000 | 150
mineralnye-vody-istanbul | mineralnye-vody-airport | istanbul | 18000 | 300
mineralnye-vody-yerevan | mineralnye-vody-airport | yerevan | 9000 | 150
irkutsk-bishkek | irkutsk-airport | bishkek | 16000 | 60
"""
AIR_KMH, AIRPORT_HOURS = 780.0, 3.5

# --------------------------------------------------------------------------------------------------------------------
# Ordinary traffic: place | mode | direction | persons a day (all nationalities) | share Russian citizens |
# share on tourist visas | weekday pattern | source
# --------------------------------------------------------------------------------------------------------------------
WEEK = {  # multipliers Monday to Sunday; scaled to a mean of 1
    # E077, E084, E097 (Mon-Wed), E061, E065 (Sat, Sun); Thursday and Friday filled by assumption
    "ge-out": (6411, 5603, 6402, 6000, 6092, 6986, 6606),
    # E078, E085, E098, E064, E066; Thursday and Friday filled by assumption
    "ge-in": (6782, 6199, 6011, 6400, 6659, 7406, 6743),
    # E055 and E059 are counted; Mon, Tue, Thu = south-eastern posts (E075, E083, E058) / 0.89; Friday and Sunday share
    # what is left of the week's 26,506 (E054)
    "fi-out": (3151, 3482, 3133, 3229, 3925, 5286, 4300),
    # shape of the exits of 23-26 September (E148, E171, E181, E205), quieter midweek by assumption
    "fi-in": (0.95, 0.85, 0.82, 0.85, 0.93, 1.15, 1.45),
    "kz": (0.95, 0.92, 0.94, 0.98, 1.10, 1.10, 1.01),
    "small": (0.92, 0.92, 0.92, 0.96, 1.10, 1.14, 1.04),
}
BASELINE = """
verkhny-lars | car | out | 2900 | 0.82 | 0 | ge-out | assumption: E045 (1,273 vehicles out in July) less season, about 2.7 persons a car; national total E061-E097
verkhny-lars | bus | out | 600 | 0.70 | 0 | ge-out | assumption: 30 buses a day (E006) x 20 persons
verkhny-lars | all | in | 3450 | 0.84 | 0 | ge-in | assumption: half of the national exits (E064, E066, E078, E085, E098); E045 (902 vehicles in)
georgia-other | all | out | 3502 | 1 | 0 | ge-out | national entries of Russian citizens (E061, E065, E077, E084, E097: about 6,300 a day) less Verkhny Lars
georgia-other | all | in | 3702 | 1 | 0 | ge-in | national exits of Russian citizens (E064, E066, E078, E085, E098: about 6,600 a day) less Verkhny Lars
psou | car | out | 4500 | 0.85 | 0 | small | assumption: 10,000 a day each way in all, below the 14,000 of E048
psou | bus | out | 2500 | 0.85 | 0 | small | assumption: 10,000 a day each way in all, below the 14,000 of E048
psou | foot | out | 3000 | 0.85 | 0 | small | assumption: 10,000 a day each way in all, below the 14,000 of E048
psou | all | in | 10000 | 0.85 | 0 | small | assumption: 10,000 a day each way in all, below the 14,000 of E048
torfyanovka | car | out | 1780 | 0.87 | 0.55 | fi-out | E069 (841 cars on a Sunday) at 2.4 persons a car; E056-E083; Russian share E260
torfyanovka | bus | out | 200 | 0.87 | 0.55 | fi-out | assumption: rest of the south-eastern total (E056, E058, E075, E083)
brusnichnoye | car | out | 970 | 0.87 | 0.55 | fi-out | E067 (459 cars on a Sunday) at 2.4 persons a car; E056-E083
brusnichnoye | bus | out | 70 | 0.87 | 0.55 | fi-out | assumption: rest of the south-eastern total (E056, E058, E075, E083)
svetogorsk | car | out | 815 | 0.87 | 0.55 | fi-out | E068 (385 cars on a Sunday) at 2.4 persons a car; E056-E083
svetogorsk | bus | out | 30 | 0.87 | 0.55 | fi-out | assumption: rest of the south-eastern total (E056, E058, E075, E083)
vyartsilya | car | out | 400 | 0.55 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
vyartsilya | bus | out | 20 | 0.50 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
lyttya | car | out | 110 | 0.55 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
suoperya | car | out | 95 | 0.55 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
salla | car | out | 80 | 0.55 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
lotta | car | out | 70 | 0.55 | 0.45 | fi-out | assumption: share of the 11 % of E055 that E056 leaves to the northern posts
torfyanovka | all | in | 1950 | 0.87 | 0.55 | fi-in | assumption: exits a little below entries; E093, E148
brusnichnoye | all | in | 1020 | 0.87 | 0.55 | fi-in | assumption: exits a little below entries; E093, E148
svetogorsk | all | in | 820 | 0.87 | 0.55 | fi-in | assumption: exits a little below entries; E093, E148
vyartsilya | all | in | 400 | 0.55 | 0.45 | fi-in | assumption: exits a little below entries; E093, E148
lyttya | all | in | 105 | 0.55 | 0.45 | fi-in | assumption: exits a little below entries; E093, E148
suoperya | all | in | 90 | 0.55 | 0.45 | fi-in | assumption: exits a little below entries; E093, E148
salla | all | in | 76 | 0.55 | 0.45 | fi-in | assumption: exits a little below entries; E093, E148
lotta | all | in | 66 | 0.55 | 0.45 | fi-in | assumption: exits a little below entries; E093, E148
borisoglebsk | car | out | 64 | 0.75 | 0.30 | small | E365 (about 55,500 crossings both ways in 2022 = 76 a day each way); split and shares: assumption
borisoglebsk | bus | out | 12 | 0.75 | 0.30 | small | E365 (about 55,500 crossings both ways in 2022 = 76 a day each way); split and shares: assumption
borisoglebsk | all | in | 76 | 0.75 | 0.30 | small | E365 (about 55,500 crossings both ways in 2022 = 76 a day each way); shares: assumption
ivangorod | foot | out | 900 | 0.45 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
ivangorod | car | out | 320 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
ivangorod | bus | out | 250 | 0.45 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
ivangorod | all | in | 1500 | 0.46 | 0 | small | assumption: as outbound
kunichina-gora | car | out | 200 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
kunichina-gora | bus | out | 20 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
kunichina-gora | foot | out | 30 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
kunichina-gora | all | in | 255 | 0.50 | 0 | small | assumption: as outbound
shumilkino | car | out | 350 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
shumilkino | bus | out | 190 | 0.50 | 0 | small | E070 (7,500 a week); split over posts and modes: assumption
shumilkino | all | in | 550 | 0.50 | 0 | small | assumption: as outbound
burachki | car | out | 220 | 0.45 | 0 | small | E079 (2,475 in nine days); split: assumption
burachki | bus | out | 160 | 0.45 | 0 | small | E079 (2,475 in nine days); split: assumption
burachki | all | in | 355 | 0.45 | 0 | small | E080 (2,332 in nine days); split: assumption
ubylinka | car | out | 150 | 0.45 | 0 | small | E079 (2,475 in nine days); split: assumption
ubylinka | bus | out | 50 | 0.45 | 0 | small | E079 (2,475 in nine days); split: assumption
ubylinka | all | in | 190 | 0.45 | 0 | small | E080 (2,332 in nine days); split: assumption
brunishevo | car | out | 30 | 0.45 | 0 | small | E079 (2,475 in nine days); split: assumption
brunishevo | all | in | 30 | 0.45 | 0 | small | E080 (2,332 in nine days); split: assumption
kyakhta | car | out | 240 | 0.50 | 0 | small | assumption: a fifth of the capacity E005 taken one way
kyakhta | bus | out | 60 | 0.40 | 0 | small | assumption: a fifth of the capacity E005 taken one way
kyakhta | all | in | 300 | 0.48 | 0 | small | assumption: as outbound
mondy | car | out | 15 | 0.50 | 0 | small | assumption: small post
mondy | all | in | 15 | 0.50 | 0 | small | assumption: as outbound
tashanta | car | out | 60 | 0.50 | 0 | small | assumption: small post
tashanta | bus | out | 15 | 0.40 | 0 | small | assumption: small post
tashanta | all | in | 75 | 0.48 | 0 | small | assumption: as outbound
"""

# Kazakhstan: Russian citizens a day out of Russia by post and lane; all travellers follow from the share below.
# Total with kazakhstan-other 9,300: between 8,500 (E051) and 10,500 (E138), which contradict each other.
KAZAKHSTAN_CITIZEN_SHARE = 0.6
KAZAKHSTAN_TOTAL_OUT, KAZAKHSTAN_TOTAL_IN = 9300, 9100
KAZAKHSTAN_RUSSIANS = {  # post: (car, bus, foot, train)
    "karauzek": (540, 60, 0, 0), "vishnyovka": (52, 0, 8, 0), "ozinki": (630, 70, 0, 0),
    "mashtakovo": (470, 100, 30, 0), "tyoploye": (140, 0, 10, 0), "ilek": (220, 25, 5, 0), "sagarchin": (580, 70, 0, 0),
    "orsk-alimbet": (175, 25, 0, 0), "bugristoye": (680, 100, 20, 0), "zverinogolovskoye": (120, 0, 0, 0),
    "petukhovo": (510, 40, 0, 0), "kazanskoye": (220, 30, 0, 0), "isilkul": (500, 50, 0, 200),
    "cherlak": (270, 30, 0, 0), "kulunda": (285, 35, 0, 0), "veseloyarsk": (350, 50, 0, 0),
}  # fmt: skip
KAZAKHSTAN_SOURCE = (
    "assumption: split of the national inflow over posts by class of road; total {total} between E051 and E138"
)
KAZAKHSTAN_RETURN = "assumption: split as outbound; total 9,100, just under E103 (over 64,000 in a week)"


def places() -> list[Row]:
    gazetteer = Gazetteer("RU", GEONAMES_TWINS)
    return [
        *origin_places(gazetteer),
        *gateway_places(gazetteer, GATEWAYS, GATEWAY_NOTE),
        *crossing_places(CROSSINGS, POST_NOTE),
        *airport_places(gazetteer),
        *hub_places(),
        *entry_places(),
    ]


def origin_places(gazetteer: Gazetteer) -> list[Row]:
    subjects = rows_of(ORIGINS)
    counted = {**{key: value[0] for key, value in CENSUS_CLAIMS.items()}, **CENSUS_OTHER}
    uncounted = sum(gazetteer.totals[row[4]] for row in subjects if row[0] not in counted)
    scale = (TOTAL_POPULATION - sum(counted.values())) / uncounted
    out = []
    for key, name, local, iso, admin1, city_name, visa, access in subjects:
        city = gazetteer.city(city_name, admin1)
        if key in CENSUS_CLAIMS:
            population, origin_of_number = CENSUS_CLAIMS[key][0], f"population {CENSUS_CLAIMS[key][1]}"
        elif key in CENSUS_OTHER:
            population, origin_of_number = CENSUS_OTHER[key], f"population {CENSUS_OTHER_SOURCE}"
        else:
            cities = gazetteer.totals[admin1]
            population = round(cities * scale, -3)
            origin_of_number = (
                f"population: {GEONAMES}, sum of cities of 500 and more ({cities}) x {scale:.3f} so that all subjects "
                "add up to the census total"
            )
        notes = [
            f"at {plain(city_name)}, {GEONAMES}",
            origin_of_number,
            VISA_NOTE,
            *([AIR_ONLY] if access == "air" else []),
        ]
        out.append(
            place(
                key,
                name,
                "origin",
                "RU",
                iso,
                float(city["latitude"]),
                float(city["longitude"]),
                TIME_ZONE_FIXES.get(key, str(city["timezone"])),
                "; ".join(notes),
                name_local=local,
                population=int(population),
                visa_share=visa,
                access=access,
            )
        )
    return out


def airport_places(gazetteer: Gazetteer) -> list[Row]:
    note = f"position of the city: {GEONAMES}"
    return [
        place_at(gazetteer.city(city), key, name, "airport", country, iso, note, name_local=local, access="airport")
        for key, name, local, city, country, iso in rows_of(AIRPORTS)
    ]


def hub_places() -> list[Row]:
    note = "position of the airport: general knowledge, about 0.1 degree; Russian citizens enter without a visa"
    return [
        place(key, name, "hub", country, "", float(lat), float(lon), zone, note, name_local=local, access="airport")
        for key, name, local, country, lat, lon, zone in rows_of(HUBS)
    ]


def entry_places() -> list[Row]:
    return [
        place(
            key,
            name,
            "entry",
            country,
            "",
            float(lat),
            float(lon),
            zone,
            f"accounting place, put at the capital; ordinary traffic only: {note}",
            name_local=local,
        )
        for key, name, local, country, lat, lon, zone, note in rows_of(ENTRIES)
    ]


def lanes() -> list[Row]:
    out = []
    for key, cars, buses, foot, entry_cars, figure, source in rows_of(CAPACITIES):
        *hours, hours_note = HOURS.get(key, ("", "", "", ""))
        wider = int(entry_cars) / int(cars) if entry_cars else 1.2
        notes = "; ".join(note for note in (source, "" if entry_cars else ENTRY_RULE, hours_note) if note)
        for mode, amount in (("car", int(cars)), ("bus", int(buses)), ("foot", int(foot))):
            if amount:
                out.append(lane(key, "out", mode, amount, amount * wider, figure, notes, hours))
        persons_in = int(cars) * 2.6 + int(buses) * 25 + int(foot)
        if key == TRAIN_LANE[0]:
            train_source = "assumption; project's list of border posts, X16 (the train ran)"
            out.append(lane(key, "out", "train", TRAIN_LANE[1], TRAIN_LANE[1], TRAIN_LANE[2], train_source, hours))
            persons_in += TRAIN_LANE[1]
        by_rule = (
            persons_in,
            "As many persons as outbound: 2.6 a car, 25 a bus, and the rest",
            f"assumption, from: {source}",
        )
        back, why_back, source_back = RETURN_CAPACITY.get(key, by_rule)
        notes_back = "; ".join(note for note in (source_back, hours_note) if note)
        out.append(lane(key, "in", "all", back, back, why_back, notes_back, hours))
    return out


def links(positions: dict[str, tuple[float, float]]) -> list[Row]:
    legs = last_legs(CROSSINGS, lanes(), LAST_LEG_HOURS, LAST_LEG_NOTES)
    return [*legs, *known_roads(KNOWN_ROADS), *services(SERVICES), *flights(positions)]


def flights(positions: dict[str, tuple[float, float]]) -> list[Row]:
    out = []
    for key, a, b, fare, seats in rows_of(FLIGHTS):
        km = great_circle_km(positions[a], positions[b])
        known = FARE_NOTES.get((a, b))
        notes = [known] if known else ["assumption: fare by analogy with E057 and E089"]
        if not known or "seats" not in known:
            notes.append("seats: assumption")
        notes.append("km: great circle; hours: flight plus airports, assumption")
        out.append(
            link(
                f"flight-{key}",
                a,
                b,
                "air",
                "; ".join(notes),
                km=round(km),
                fare_rub=fare,
                seats_per_day=seats,
                service=key,
                hours=round(km / AIR_KMH + AIRPORT_HOURS, 1),
            )
        )
    return out


def baseline() -> list[Row]:
    out = [baseline_row(*row[:6], WEEK[row[6]], row[7]) for row in rows_of(BASELINE)]
    share = KAZAKHSTAN_CITIZEN_SHARE
    total_posts = sum(sum(flows) for flows in KAZAKHSTAN_RUSSIANS.values())
    for post, flows in KAZAKHSTAN_RUSSIANS.items():
        source = KAZAKHSTAN_SOURCE.format(total=f"{KAZAKHSTAN_TOTAL_OUT:,}")
        for mode, russians in zip(("car", "bus", "foot", "train"), flows, strict=True):
            if russians:
                out.append(baseline_row(post, mode, "out", round(russians / share), share, 0, WEEK["kz"], source))
        back = round(sum(flows) / share * KAZAKHSTAN_TOTAL_IN / KAZAKHSTAN_TOTAL_OUT)
        out.append(baseline_row(post, "all", "in", back, share, 0, WEEK["kz"], KAZAKHSTAN_RETURN))
    rest_out = KAZAKHSTAN_TOTAL_OUT - total_posts
    rest_in = round(rest_out * KAZAKHSTAN_TOTAL_IN / KAZAKHSTAN_TOTAL_OUT)
    note = "assumption: what the road posts leave of the national total ({}); Russian citizens only"
    out.append(baseline_row("kazakhstan-other", "all", "out", rest_out, 1, 0, WEEK["kz"], note.format("E051, E138")))
    out.append(baseline_row("kazakhstan-other", "all", "in", rest_in, 1, 0, WEEK["kz"], note.format("E103")))
    return out


def main() -> None:
    all_places, all_lanes = places(), lanes()
    positions = {str(row["id"]): (float(str(row["lat"])), float(str(row["lon"]))) for row in all_places}
    write_table(FOLDER, "places", all_places)
    write_table(FOLDER, "lanes", all_lanes)
    write_table(FOLDER, "links", links(positions))
    write_table(FOLDER, "baseline", baseline())
    columns = {
        "cars out a day (exit / entry)": both_sides("car"),
        "buses": exit_side("bus"),
        "on foot": exit_side("foot"),
    }
    write_capacity_table(FOLDER, "make_russia_2022", all_places, all_lanes, columns)


if __name__ == "__main__":
    main()
