"""Write the CSV tables of scenarios/ukraine-2022 (places, lanes, links, baseline, ledger) from the facts curated below.

Run at build time, never at run time, from the root of the repository, as `tables.py` beside this file says; with the
folder that holds the shared evidence as an argument it writes the ledger, too:

    /tmp/geonames/bin/python tools/make_ukraine_2022.py [FOLDER]

The same facts give the same bytes. Claim ids such as U146 point into evidence.csv beside the tables. Nothing here is
dated after 6 March 2022 except structural figures that the ledger already holds.
"""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

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

FOLDER = SCENARIOS / "ukraine-2022"

# --------------------------------------------------------------------------------------------------------------------
# Origins: 24 oblasts and the city of Kyiv, each at one city. Crimea and Sevastopol are part of Ukraine by UN practice;
# they are no origins here, because nothing in the evidence is about people who left from there.
# id | name | local name | ISO 3166-2 | GeoNames admin1 | city | residents on 1 January 2021 | claim
# --------------------------------------------------------------------------------------------------------------------
ORIGINS = """
kharkiv-oblast | Kharkiv oblast | Харківська область | UA-63 | 07 | Kharkiv | 2618200 | U004
kyiv | Kyiv | Київ | UA-30 | 12 | Kyiv | 2920900 | U005
kyiv-oblast | Kyiv oblast | Київська область | UA-32 | 13 | Brovary | 1782700 | U006
donetsk-oblast | Donetsk oblast | Донецька область | UA-14 | 05 | Kramatorsk | 4087400 | U007
luhansk-oblast | Luhansk oblast | Луганська область | UA-09 | 14 | Siverskodonetsk | 2116700 | U008
dnipropetrovsk-oblast | Dnipropetrovsk oblast | Дніпропетровська область | UA-12 | 04 | Dnipro | 3138700 | U009
zaporizhzhia-oblast | Zaporizhzhia oblast | Запорізька область | UA-23 | 26 | Zaporizhzhya | 1665700 | U010
odesa-oblast | Odesa oblast | Одеська область | UA-51 | 17 | Odesa | 2357100 | U011
mykolaiv-oblast | Mykolaiv oblast | Миколаївська область | UA-48 | 16 | Mykolayiv | 1107700 | U012
kherson-oblast | Kherson oblast | Херсонська область | UA-65 | 08 | Kherson | 1015300 | U013
sumy-oblast | Sumy oblast | Сумська область | UA-59 | 21 | Sumy | 1051300 | U014
chernihiv-oblast | Chernihiv oblast | Чернігівська область | UA-74 | 02 | Chernihiv | 968100 | U015
zhytomyr-oblast | Zhytomyr oblast | Житомирська область | UA-18 | 27 | Zhytomyr | 1196300 | U016
poltava-oblast | Poltava oblast | Полтавська область | UA-53 | 18 | Poltava | 1363700 | U017
vinnytsia-oblast | Vinnytsia oblast | Вінницька область | UA-05 | 23 | Vinnytsya | 1522000 | U018
khmelnytskyi-oblast | Khmelnytskyi oblast | Хмельницька область | UA-68 | 09 | Khmelnytskyi | 1240600 | U019
cherkasy-oblast | Cherkasy oblast | Черкаська область | UA-71 | 01 | Cherkasy | 1174600 | U020
kirovohrad-oblast | Kirovohrad oblast | Кіровоградська область | UA-35 | 10 | Kropyvnytskyi | 913700 | U021
rivne-oblast | Rivne oblast | Рівненська область | UA-56 | 19 | Rivne | 1147400 | U022
lviv-oblast | Lviv oblast | Львівська область | UA-46 | 15 | Lviv | 2479400 | U023
volyn-oblast | Volyn oblast | Волинська область | UA-07 | 24 | Lutsk | 1024700 | U024
zakarpattia-oblast | Zakarpattia oblast | Закарпатська область | UA-21 | 25 | Uzhhorod | 1247300 | U025
ivano-frankivsk-oblast | Ivano-Frankivsk oblast | Івано-Франківська область | UA-26 | 06 | Ivano-Frankivsk | 1358400 | U026
ternopil-oblast | Ternopil oblast | Тернопільська область | UA-61 | 22 | Ternopil | 1027300 | U027
chernivtsi-oblast | Chernivtsi oblast | Чернівецька область | UA-77 | 03 | Chernivtsi | 893500 | U028
"""
DISPLAY = {"Siverskodonetsk": "Sievierodonetsk", "Zaporizhzhya": "Zaporizhzhia", "Vinnytsya": "Vinnytsia"}

# --------------------------------------------------------------------------------------------------------------------
# Gateways: the last Ukrainian town before a post. id | GeoNames name | admin1 | local name | ISO | corridor | access
# --------------------------------------------------------------------------------------------------------------------
GATEWAYS = """
kovel | Kovel | 24 | Ковель | UA-07 | volyn | road;rail
volodymyr | Volodymyr-Volynskyi | 24 | Володимир | UA-07 | volyn | road;rail
sokal | Sokal | 15 | Сокаль | UA-46 | volyn | road;rail
rava-ruska-town | Rava-Ruska | 15 | Рава-Руська | UA-46 | lviv | road;rail
lviv | Lviv | 15 | Львів | UA-46 | lviv | road;rail
yavoriv | Yavoriv | 15 | Яворів | UA-46 | lviv | road
mostyska | Mostyska | 15 | Мостиська | UA-46 | lviv | road;rail
khyriv | Khyriv | 15 | Хирів | UA-46 | lviv | road
velykyi-bereznyi | Velykyy Bereznyy | 25 | Великий Березний | UA-21 | transcarpathia | road
uzhhorod-town | Uzhhorod | 25 | Ужгород | UA-21 | transcarpathia | road;rail
chop | Chop | 25 | Чоп | UA-21 | transcarpathia | road;rail
berehove | Berehove | 25 | Берегове | UA-21 | transcarpathia | road;rail
vynohradiv | Vynohradiv | 25 | Виноградів | UA-21 | transcarpathia | road
rakhiv | Rakhiv | 25 | Рахів | UA-21 | transcarpathia | road;rail
chernivtsi | Chernivtsi | 03 | Чернівці | UA-77 | bukovina | road;rail
novoselytsia | Novoselytsya | 03 | Новоселиця | UA-77 | bukovina | road
kelmentsi-town | Kelmentsi | 03 | Кельменці | UA-77 | bukovina | road
mohyliv | Mohyliv-Podilskyy | 23 | Могилів-Подільський | UA-05 | dniester | road;rail
odesa | Odesa | 17 | Одеса | UA-51 | odesa | road;rail
artsyz | Artsyz | 17 | Арциз | UA-51 | odesa | road
bolhrad | Bolhrad | 17 | Болград | UA-51 | odesa | road
izmail | Izmayil | 17 | Ізмаїл | UA-51 | odesa | road;rail
luhansk | Luhansk | 14 | Луганськ | UA-09 | east | road
"""
GATEWAY_NOTE = "access: general knowledge (rail = passenger trains ran at the time, unverified)"

# --------------------------------------------------------------------------------------------------------------------
# Posts. id | name | local | other side | country | ISO of the Ukrainian side | lat | lon | zone of the other side |
# gateway | road km from the gateway | number in the project's list of posts
# --------------------------------------------------------------------------------------------------------------------
CROSSINGS = """
yahodyn | Yahodyn | Ягодин | Dorohusk | PL | UA-07 | 51.178 | 23.8 | Europe/Warsaw | kovel | 68 | UX01
yahodyn-rail | Yahodyn rail | Ягодин (залізниця) | Dorohusk / Chelm rail | PL | UA-07 | 51.19 | 23.83 | Europe/Warsaw | kovel | 68 | UX02
ustyluh | Ustyluh | Устилуг | Zosin | PL | UA-07 | 50.86 | 24.13 | Europe/Warsaw | volodymyr | 16 | UX03
uhryniv | Uhryniv | Угринів | Dolhobyczow | PL | UA-46 | 50.57 | 24.08 | Europe/Warsaw | sokal | 25 | UX04
rava-ruska | Rava-Ruska | Рава-Руська | Hrebenne | PL | UA-46 | 50.275 | 23.59 | Europe/Warsaw | rava-ruska-town | 7 | UX05
hrushiv | Hrushiv | Грушів | Budomierz | PL | UA-46 | 50.07 | 23.28 | Europe/Warsaw | yavoriv | 25 | UX06
krakovets | Krakovets | Краківець | Korczowa | PL | UA-46 | 49.957 | 23.11 | Europe/Warsaw | yavoriv | 26 | UX07
shehyni | Shehyni | Шегині | Medyka | PL | UA-46 | 49.8 | 22.953 | Europe/Warsaw | mostyska | 17 | UX08
mostyska-rail | Mostyska rail | Мостиська (залізниця) | Przemysl rail | PL | UA-46 | 49.81 | 22.98 | Europe/Warsaw | lviv | 83 | UX09
smilnytsia | Smilnytsia | Смільниця | Kroscienko | PL | UA-46 | 49.47 | 22.69 | Europe/Warsaw | khyriv | 20 | UX10
uzhhorod | Uzhhorod | Ужгород | Vysne Nemecke | SK | UA-21 | 48.65 | 22.26 | Europe/Bratislava | uzhhorod-town | 6 | UX11
malyi-bereznyi | Malyi Bereznyi | Малий Березний | Ubla | SK | UA-21 | 48.89 | 22.43 | Europe/Bratislava | velykyi-bereznyi | 6 | UX12
mali-selmentsi | Mali Selmentsi | Малі Селменці | Velke Slemence | SK | UA-21 | 48.505 | 22.155 | Europe/Bratislava | uzhhorod-town | 22 | UX13
chop-cierna-rail | Chop rail (Slovakia) | Чоп (залізниця, Словаччина) | Cierna nad Tisou | SK | UA-21 | 48.43 | 22.14 | Europe/Bratislava | chop | 9 | UX14
pavlovo-rail | Pavlovo rail | Павлово (залізниця) | Matovske Vojkovce | SK | UA-21 | 48.54 | 22.15 | Europe/Bratislava | uzhhorod-town | 18 | UX15
tysa | Tysa (Chop) | Тиса (Чоп) | Zahony | HU | UA-21 | 48.416 | 22.18 | Europe/Budapest | chop | 5 | UX16
chop-zahony-rail | Chop rail (Hungary) | Чоп (залізниця, Угорщина) | Zahony rail | HU | UA-21 | 48.42 | 22.19 | Europe/Budapest | chop | 6 | UX17
dzvinkove | Dzvinkove | Дзвінкове | Lonya | HU | UA-21 | 48.33 | 22.3 | Europe/Budapest | chop | 18 | UX18
kosyno | Kosyno | Косино | Barabas | HU | UA-21 | 48.24 | 22.46 | Europe/Budapest | berehove | 18 | UX19
luzhanka | Luzhanka (Astei) | Лужанка (Астей) | Beregsurany | HU | UA-21 | 48.17 | 22.56 | Europe/Budapest | berehove | 9 | UX20
vylok | Vylok | Вилок | Tiszabecs | HU | UA-21 | 48.1 | 22.83 | Europe/Budapest | vynohradiv | 20 | UX21
diakove | Diakove | Дякове | Halmeu | RO | UA-21 | 48.0 | 23.02 | Europe/Bucharest | vynohradiv | 19 | UX22
solotvyno | Solotvyno | Солотвино | Sighetu Marmatiei | RO | UA-21 | 47.94 | 23.885 | Europe/Bucharest | rakhiv | 55 | UX23
porubne | Porubne | Порубне | Siret | RO | UA-77 | 47.985 | 26.06 | Europe/Bucharest | chernivtsi | 38 | UX24
orlivka | Orlivka (ferry) | Орлівка (пором) | Isaccea | RO | UA-51 | 45.28 | 28.45 | Europe/Bucharest | izmail | 45 | UX25
mamalyha | Mamalyha | Мамалига | Criva | MD | UA-77 | 48.27 | 26.65 | Europe/Chisinau | novoselytsia | 38 | UX26
kelmentsi | Kelmentsi | Кельменці | Larga | MD | UA-77 | 48.4 | 26.83 | Europe/Chisinau | kelmentsi-town | 10 | UX27
mohyliv-podilskyi | Mohyliv-Podilskyi | Могилів-Подільський | Otaci | MD | UA-05 | 48.445 | 27.79 | Europe/Chisinau | mohyliv | 3 | UX28
starokozache | Starokozache | Старокозаче | Tudora | MD | UA-51 | 46.41 | 30.04 | Europe/Chisinau | odesa | 72 | UX29
palanca | Maiaky-Udobne | Маяки-Удобне | Palanca | MD | UA-51 | 46.41 | 30.12 | Europe/Chisinau | odesa | 58 | UX30
reni | Reni | Рені | Giurgiulesti | MD | UA-51 | 45.47 | 28.21 | Europe/Chisinau | izmail | 76 | UX31
serpneve | Serpneve | Серпневе | Basarabeasca | MD | UA-51 | 46.33 | 28.98 | Europe/Chisinau | artsyz | 68 | UX32
vynohradivka | Vynohradivka | Виноградівка | Vulcanesti | MD | UA-51 | 45.68 | 28.42 | Europe/Chisinau | bolhrad | 20 | UX33
kuchurhan | Kuchurhan | Кучурган | Pervomaisc (Transnistria) | MD | UA-51 | 46.74 | 29.97 | Europe/Chisinau | odesa | 74 | UX34
leuseni | Leuseni | Leușeni | Albita | RO | MD | 46.79 | 28.15 | Europe/Bucharest | chisinau | 72 | UX35
sculeni | Sculeni | Sculeni | Sculeni (Romania) | RO | MD | 47.32 | 27.62 | Europe/Bucharest | chisinau | 118 | UX36
costesti | Costesti | Costești | Stanca | RO | MD | 47.84 | 27.24 | Europe/Bucharest | chisinau | 190 | UX37
giurgiulesti | Giurgiulesti | Giurgiulești | Galati | RO | MD | 45.47 | 28.19 | Europe/Bucharest | chisinau | 215 | UX38
"""
POST_NOTE = "project's list of border posts, {number}: position is general knowledge, unverified, about 0.1 degree"
# The portal counts people who went to the Russian Federation, and the list holds no post towards it.
EASTERN_BORDER = (
    "accounting post for the whole eastern border, put near Krasnodon: the list of posts holds none, the UNHCR portal "
    "counts 53,300 people by 3 March (ukraine-2022-by-country.csv)"
)
# Kuchurhan has no lanes: closed by Ukraine about 28 February, no passage westward (list of posts, UX34).

# Havens: towns in the west and the middle where people who left home stayed. id | city | admin1 | name | local | ISO
HAVENS = """
haven-lviv | Lviv | 15 | Lviv (shelter) | Львів | UA-46
haven-uzhhorod | Uzhhorod | 25 | Uzhhorod (shelter) | Ужгород | UA-21
haven-chernivtsi | Chernivtsi | 03 | Chernivtsi (shelter) | Чернівці | UA-77
haven-khmelnytskyi | Khmelnytskyi | 09 | Khmelnytskyi (shelter) | Хмельницький | UA-68
haven-vinnytsia | Vinnytsya | 23 | Vinnytsia (shelter) | Вінниця | UA-05
"""
HAVEN_NOTE = "trains brought people to Lviv, Uzhhorod and Rakhiv (U267), 31,000 reached Lviv oblast in three days (U095); the others: assumption"

# --------------------------------------------------------------------------------------------------------------------
# Lanes out of Ukraine once exit checks were eased and staff was there: cars, buses (vehicles a day), walkers, train
# (persons a day). 0 = no such lane. Persons a day that a post is known to have passed are split over the modes by
# assumption: 3.5 persons a car (U200), 45 a bus. Slower checks of the first days are an event, not a capacity.
# id | cars | buses | foot | train | figure | source
# --------------------------------------------------------------------------------------------------------------------
CAPACITIES = """
yahodyn | 2000 | 80 | 6500 | 0 | A tenth above the highest day, 15,269 persons, on which the queue of 70 h vanished | U168, U172, U184
yahodyn-rail | 0 | 0 | 0 | 1500 | Class: one or two long trains a day to Chelm | assumption; list of posts, UX02
ustyluh | 1800 | 50 | 4500 | 0 | A little above 11,375 persons a day, which passed without a queue | U293, U298
uhryniv | 2000 | 50 | 6000 | 0 | A tenth above the highest day, 13,983 persons | U269, U271
rava-ruska | 1900 | 60 | 5300 | 0 | The highest day, 14,548 persons, with 30 h of queue standing | U221, U231, U293, U298
hrushiv | 1300 | 20 | 4500 | 0 | Above the 7,500 persons a day of 26-27 February, since 142,400 passed all posts on 6 March | U092, U127, U321
krakovets | 3200 | 150 | 6500 | 0 | Twice the 12,000 persons a day of 26-27 February: the busiest post with Medyka on 5 March, when Podkarpackie must have passed 76,000 | U091, U126, U290, U294, U321
shehyni | 2400 | 150 | 12000 | 0 | 15,500 persons a day on 26-27 February, 8,000 of them on foot, rising with staff to what 142,400 over all posts on 6 March needs | U124, U125, U294, U321
mostyska-rail | 0 | 0 | 0 | 10000 | 10,000 persons on 1 March; 2,000 persons a train, one every five hours | U234, U254, U255
smilnytsia | 1200 | 15 | 3200 | 0 | Above the 5,500 persons a day of 26-27 February, in proportion to the rise of all posts | U093, U128, U321
uzhhorod | 1600 | 20 | 3500 | 0 | A tenth above the highest day, 9,102 persons; 1,500 cars were 11 h of queue | U146, U229, U230
malyi-bereznyi | 650 | 5 | 2300 | 0 | The highest day, 4,655 persons; 700 cars were 30 h of queue | U145, U227, U228
mali-selmentsi | 0 | 0 | 2200 | 0 | A fifth above the highest day, 1,818 persons, walkers and cyclists only | U147, U295
chop-cierna-rail | 0 | 0 | 0 | 450 | A fifth above the 379 persons of 27 February | U148
pavlovo-rail | 0 | 0 | 0 | 30 | Twice the 14 persons of 27 February | list of posts, UX15
tysa | 1700 | 40 | 0 | 0 | Class: main road to Hungary; the five road posts and the trains passed 23,140 persons on the busiest day, without queues | U103, U245, U308
chop-zahony-rail | 0 | 0 | 0 | 5400 | Nine trains a day of six cars, about 100 persons a car | U156, U242; persons a car: assumption
dzvinkove | 250 | 0 | 300 | 0 | Class: small day post | assumption by class of post; U308
kosyno | 800 | 5 | 1500 | 0 | Class: middling post, named little loaded | assumption by class of post; U243, U308
luzhanka | 1300 | 10 | 2500 | 0 | Class: second road to Hungary, above the 400 to 500 walkers of the first evening | assumption by class of post; U049, U308
vylok | 900 | 5 | 1500 | 0 | Class: middling post | assumption by class of post; U243, U308
diakove | 500 | 10 | 500 | 0 | Class: main road between Transcarpathia and Romania; no figure known | assumption by class of post
solotvyno | 300 | 0 | 1200 | 0 | Class: narrow bridge, mostly walkers; 1,200 persons waited on the first day | assumption by class of post; U057
porubne | 1100 | 30 | 3500 | 0 | A tenth below 400 persons an hour and almost 10,000 a day after exit checks were eased, since all posts to Romania together counted 9,660 citizens that day | U170, U171, U178
orlivka | 170 | 0 | 1300 | 0 | Between the highest day of the ferry, 2,200 persons, and 1,600 two days later | U154, U238
mamalyha | 500 | 5 | 700 | 0 | Class: among the four busiest posts of Moldova, the smallest of them | assumption by class of post; U236
kelmentsi | 250 | 0 | 0 | 0 | Class: local post; no figure known | assumption by class of post
mohyliv-podilskyi | 900 | 10 | 1500 | 0 | Class: among the four busiest posts of Moldova, which passed some 25,000 persons a day in all on 1-3 March | assumption by class of post; U213, U236, U266
starokozache | 900 | 10 | 600 | 0 | With Palanca over half of Moldova's entries | U061, U213, U266; split: assumption
palanca | 1500 | 40 | 2500 | 0 | With Tudora over half of the some 25,000 persons a day of 1-3 March, with a day of queue standing | U061, U213, U257, U266; split: assumption
reni | 350 | 5 | 500 | 0 | Class: two short borders on the way to Galati | assumption by class of post
serpneve | 200 | 0 | 0 | 0 | Class: local post; no figure known | assumption by class of post
leuseni | 2500 | 150 | 4000 | 0 | Above the 21,121 persons of 6 March over the posts between Moldova and Romania together | U179, U324; split: assumption
sculeni | 1000 | 40 | 1500 | 0 | Class: second road to Romania | assumption by class of post; U324
costesti | 500 | 10 | 800 | 0 | Class: middling post | assumption by class of post; U324
giurgiulesti | 700 | 20 | 1000 | 0 | Class: road to Galati | assumption by class of post; U324
vynohradivka | 150 | 0 | 0 | 0 | Class: local post; no figure known | assumption by class of post
eastern-border | 3000 | 100 | 3000 | 0 | Wide enough to hold nobody up: no queue is in the evidence | assumption
"""
ENTRY_RULE = "assumption: entry side a fifth above the exit side, as queues stood on the Ukrainian side (U047, U220)"
PERSONS = {"car": 3.5, "bus": 45, "foot": 1, "train": 1}  # to turn a post into persons a day for the way back
HOURS = {"dzvinkove": ("08:00", "18:00", "Europe/Kyiv", "hours: assumption, day post (list of posts, UX18)")}

LAST_LEG_HOURS = {
    ("orlivka", "car"): (2.5, "assumption: wait for a ferry that leaves when full (U055)"),
    ("orlivka", "foot"): (2.5, "assumption: wait for a ferry that leaves when full (U055)"),
}
LAST_LEG_NOTES = {"solotvyno": "mountain road along the Tisza"}

# Road distances between towns, to fit each corridor's detour factor: from | to | km
KNOWN_ROADS = """
kyiv | kovel | 480
rivne-oblast | kovel | 145
volyn-oblast | kovel | 73
volyn-oblast | volodymyr | 76
lviv-oblast | sokal | 87
kyiv | yavoriv | 590
lviv-oblast | yavoriv | 53
lviv-oblast | mostyska | 68
lviv-oblast | rava-ruska-town | 58
lviv-oblast | khyriv | 108
ternopil-oblast | mostyska | 196
vinnytsia-oblast | mostyska | 435
kyiv | lviv | 540
kyiv | uzhhorod-town | 810
lviv-oblast | uzhhorod-town | 270
ivano-frankivsk-oblast | uzhhorod-town | 275
zakarpattia-oblast | berehove | 75
zakarpattia-oblast | vynohradiv | 105
ivano-frankivsk-oblast | rakhiv | 135
lviv-oblast | chop | 275
kyiv | chernivtsi | 530
khmelnytskyi-oblast | chernivtsi | 190
ternopil-oblast | chernivtsi | 172
ivano-frankivsk-oblast | chernivtsi | 137
vinnytsia-oblast | chernivtsi | 290
vinnytsia-oblast | mohyliv | 120
kyiv | mohyliv | 385
khmelnytskyi-oblast | mohyliv | 180
kyiv | odesa | 475
mykolaiv-oblast | odesa | 132
kherson-oblast | odesa | 200
dnipropetrovsk-oblast | odesa | 455
kirovohrad-oblast | odesa | 325
odesa-oblast | izmail | 235
odesa-oblast | bolhrad | 245
donetsk-oblast | luhansk | 170
luhansk-oblast | luhansk | 105
kharkiv-oblast | luhansk | 335
"""

# Public services beyond a post: id | from | post | mode | km | hours | fare | seats a day | source. Fares: trains for
# people who fled were free of charge or their fare did not matter; the model's fares are left at zero. People wait for
# a seat of these trains on the platform (U149). Evacuation trains carried a million people in eight days (U267): about
# 125,000 a day over all stations, split by assumption in proportion to residents of the places that the claim names
# and of the regions around them.
SERVICES = """
lviv-przemysl | lviv | mostyska-rail | train | 98 | 3.5 | 0 | 8000 | U254, U255: 2,000 persons every five hours, less the through trains
kyiv-przemysl | kyiv | mostyska-rail | train | 640 | 18.0 | 0 | 2000 | U110 (18 h); seats: assumption, one train
kovel-chelm | kovel | yahodyn-rail | train | 100 | 3.0 | 0 | 1500 | list of posts, UX02; seats and hours: assumption
chop-zahony | chop | chop-zahony-rail | train | 6 | 1.0 | 0 | 5400 | U156, U242; persons a car: assumption
chop-cierna | chop | chop-cierna-rail | train | 9 | 1.0 | 0 | 450 | U148
uzhhorod-matovce | uzhhorod-town | pavlovo-rail | train | 18 | 1.5 | 0 | 30 | list of posts, UX15
kyiv-lviv | kyiv | haven-lviv | train | 540 | 11.0 | 0 | 30000 | U267; share of the trains: assumption
kyiv-uzhhorod | kyiv | haven-uzhhorod | train | 810 | 18.0 | 0 | 7000 | U267; share of the trains: assumption
kyiv-chernivtsi | kyiv | haven-chernivtsi | train | 530 | 13.0 | 0 | 5000 | U267; share of the trains: assumption
kharkiv-lviv | kharkiv-oblast | haven-lviv | train | 1020 | 22.0 | 0 | 25000 | U267; share of the trains: assumption
kharkiv-uzhhorod | kharkiv-oblast | haven-uzhhorod | train | 1290 | 29.0 | 0 | 6000 | U267; share of the trains: assumption
zaporizhzhia-lviv | zaporizhzhia-oblast | haven-lviv | train | 1010 | 23.0 | 0 | 12000 | U267; share of the trains: assumption
dnipro-lviv | dnipropetrovsk-oblast | haven-lviv | train | 950 | 21.0 | 0 | 12000 | U267; share of the trains: assumption
kramatorsk-lviv | donetsk-oblast | haven-lviv | train | 1180 | 27.0 | 0 | 8000 | U267; share of the trains: assumption
odesa-lviv | odesa-oblast | haven-lviv | train | 790 | 14.0 | 0 | 8000 | U267; share of the trains: assumption
sumy-khmelnytskyi | sumy-oblast | haven-khmelnytskyi | train | 690 | 16.0 | 0 | 4000 | U267; share of the trains: assumption
mykolaiv-vinnytsia | mykolaiv-oblast | haven-vinnytsia | train | 470 | 12.0 | 0 | 4000 | U267; share of the trains: assumption
"""

# --------------------------------------------------------------------------------------------------------------------
# Ordinary traffic before 24 February, persons a day each way: half of 50,000 both ways over the western border (U030).
# Posts between Moldova and Romania carry their own traffic, which is not part of that figure.
# place | mode | persons a day out | share that the country's series counts | source
# --------------------------------------------------------------------------------------------------------------------
FLAT_WEEK = (0.95, 0.92, 0.94, 0.98, 1.10, 1.10, 1.01)  # assumption: a little busier towards the weekend
POLAND = "half of the first day's 31,000 into Poland (U035); split over posts and modes: assumption, with U001-U003"
SLOVAKIA = "U032, U033 (1,400 to 1,444 a day); split: assumption"
HUNGARY = "assumption: what U030 leaves for Hungary; split by class of post"
ROMANIA = "U031 (2,470 Ukrainian citizens a day over all borders); split: assumption"
MOLDOVA = "assumption: what U030 leaves for Moldova; citizens U056 (4,244 of 6,343)"
THROUGH = "assumption: no figure for ordinary traffic between Moldova and Romania; citizens of Ukraine are few in it"
BASELINE = [
    ("yahodyn", {"car": 1900, "bus": 700}, 1, POLAND),
    ("yahodyn-rail", {"train": 100}, 1, POLAND),
    ("ustyluh", {"car": 850, "bus": 150}, 1, POLAND),
    ("uhryniv", {"car": 850, "bus": 150}, 1, POLAND),
    ("rava-ruska", {"car": 1600, "bus": 600}, 1, POLAND),
    ("hrushiv", {"car": 600, "bus": 100}, 1, POLAND),
    ("krakovets", {"car": 1600, "bus": 600}, 1, POLAND),
    ("shehyni", {"car": 1900, "bus": 600, "foot": 1500}, 1, POLAND),
    ("mostyska-rail", {"train": 500}, 1, POLAND),
    ("smilnytsia", {"car": 550, "bus": 50}, 1, POLAND),
    ("uzhhorod", {"car": 750, "bus": 150}, 1, SLOVAKIA),
    ("malyi-bereznyi", {"car": 300, "foot": 30}, 1, SLOVAKIA),
    ("mali-selmentsi", {"foot": 200}, 1, SLOVAKIA),
    ("chop-cierna-rail", {"train": 10}, 1, SLOVAKIA),
    ("tysa", {"car": 1150, "bus": 350}, 1, HUNGARY),
    ("chop-zahony-rail", {"train": 150}, 1, HUNGARY),
    ("dzvinkove", {"car": 50}, 1, HUNGARY),
    ("kosyno", {"car": 250}, 1, HUNGARY),
    ("luzhanka", {"car": 500, "foot": 150}, 1, HUNGARY),
    ("vylok", {"car": 350, "foot": 50}, 1, HUNGARY),
    ("diakove", {"car": 350, "bus": 50}, 0.85, ROMANIA),
    ("solotvyno", {"car": 200, "foot": 300}, 0.85, ROMANIA),
    ("porubne", {"car": 850, "bus": 150}, 0.85, ROMANIA),
    ("orlivka", {"car": 70, "foot": 30}, 0.85, ROMANIA),
    ("mamalyha", {"car": 450, "foot": 50}, 0.67, MOLDOVA),
    ("kelmentsi", {"car": 150}, 0.67, MOLDOVA),
    ("mohyliv-podilskyi", {"car": 550, "bus": 50, "foot": 200}, 0.67, MOLDOVA),
    ("starokozache", {"car": 280, "bus": 20}, 0.67, MOLDOVA),
    ("palanca", {"car": 900, "bus": 250, "foot": 50}, 0.67, MOLDOVA),
    ("reni", {"car": 220, "foot": 30}, 0.67, MOLDOVA),
    ("serpneve", {"car": 100}, 0.67, MOLDOVA),
    ("vynohradivka", {"car": 100}, 0.67, MOLDOVA),
    ("leuseni", {"car": 2500, "bus": 500}, 0.03, THROUGH),
    ("sculeni", {"car": 1500, "bus": 200}, 0.03, THROUGH),
    ("costesti", {"car": 500}, 0.03, THROUGH),
    ("giurgiulesti", {"car": 800}, 0.03, THROUGH),
]


def places() -> list[Row]:
    ukraine = Gazetteer("UA")
    return [
        *origin_places(ukraine),
        *gateway_places(ukraine, GATEWAYS, GATEWAY_NOTE),
        place_at(
            Gazetteer("MD").city("Chisinau"),
            "chisinau",
            "Chisinau",
            "gateway",
            "MD",
            "MD-CU",
            f"{GEONAMES}; town before the posts to Romania",
            name_local="Chișinău",
            corridor="moldova",
            access="road;rail",
        ),
        *crossing_places(CROSSINGS, POST_NOTE),
        *haven_places(ukraine),
        place(
            "eastern-border", "Eastern border", "crossing", "RU", "UA-09", 48.29, 39.75, "Europe/Moscow", EASTERN_BORDER,
            name_local="Східний кордон", name_other_side="Donetsk (Rostov region)", gateway="luhansk",
        ),
    ]  # fmt: skip


def origin_places(gazetteer: Gazetteer) -> list[Row]:
    out = []
    for key, name, local, iso, admin1, city, population, claim in rows_of(ORIGINS):
        note = f"at {DISPLAY.get(city, plain(city))}, {GEONAMES}; population {claim}, before anybody moved"
        more = {"name_local": local, "population": int(population), "access": "road"}
        out.append(place_at(gazetteer.city(city, admin1), key, name, "origin", "UA", iso, note, **more))
    return out


def haven_places(gazetteer: Gazetteer) -> list[Row]:
    note = f"{GEONAMES}; {HAVEN_NOTE}"
    return [
        place_at(
            gazetteer.city(city, admin1), key, name, "haven", "UA", iso, note, name_local=local, access="road;rail"
        )
        for key, city, admin1, name, local, iso in rows_of(HAVENS)
    ]


def lanes() -> list[Row]:
    out = []
    for key, cars, buses, foot, train, figure, source in rows_of(CAPACITIES):
        *hours, hours_note = HOURS.get(key, ("", "", "", ""))
        notes = "; ".join(note for note in (source, ENTRY_RULE, hours_note) if note)
        amounts = {"car": int(cars), "bus": int(buses), "foot": int(foot), "train": int(train)}
        for mode, amount in amounts.items():
            if amount:
                out.append(lane(key, "out", mode, amount, amount * 1.2, figure, notes, hours))
        back = sum(amount * PERSONS[mode] for mode, amount in amounts.items())
        why = "As many persons as outbound: 3.5 a car, 45 a bus, and the rest"
        notes = "; ".join(note for note in (f"assumption, from: {source}", hours_note) if note)
        out.append(lane(key, "in", "all", back, back, why, notes, hours))
    return out


def links() -> list[Row]:
    legs = last_legs(CROSSINGS, lanes(), LAST_LEG_HOURS, LAST_LEG_NOTES)
    note = "general knowledge, road atlas, about 3 %; the nearest of several roads"
    east = [link(f"luhansk-eastern-border-{m}", "luhansk", "eastern-border", m, note, km=50) for m in ("car", "bus")]
    walk = link("luhansk-eastern-border-foot", "luhansk", "eastern-border", "foot", note, km=50, hours=1.3)
    trains = [row | {"waited_for": "true"} for row in services(SERVICES)]
    return [*legs, *east, walk, *known_roads(KNOWN_ROADS), *trains]


def baseline() -> list[Row]:
    out = []
    for post, flows, share, source in BASELINE:
        for mode, persons in flows.items():
            out.append(baseline_row(post, mode, "out", persons, share, 0, FLAT_WEEK, source))
        back = f"assumption: as outbound; {source}"
        out.append(baseline_row(post, "all", "in", sum(flows.values()), share, 0, FLAT_WEEK, back))
    return out


# --------------------------------------------------------------------------------------------------------------------
# Ledger

PORTAL = "UNHCR portal mirror"
PORTAL_SOURCE = "github.com/gridviz/ukraine-refugees (UNHCR portal figures as they stood)"
CODES = {
    "Poland": "PL", "Hungary": "HU", "Republic of Moldova": "MD", "Slovakia": "SK", "Romania": "RO",
    "Russian Federation": "RU", "Belarus": "BY",
}  # fmt: skip
PRESENT = {"RO", "MD"}  # of these the portal showed people present, not entries, at this time (U279, U330, U331)


def ledger(shared: Path) -> list[dict[str, str]]:
    """Return the claims with stable ids, and what the portal showed when it was seen as claims of their own.

    The collection gives the last vintage of the portal's daily figures, with the day itself as ``known_on``. Where that
    value had not stood on 6 March it was not known then: such rows get the day after as the earliest on which they can
    have been known, so that nothing that asks for the knowledge of the 6th sees them.
    """
    with (shared / "ukraine-2022.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = portal_rows(shared)
    stood = {(row["date"], row["value"]) for row in seen}
    for row in rows:
        if row["note"].startswith("Last vintage; vintages range") and (row["date"], row["value"]) not in stood:
            row["known_on"] = "2022-03-07"
            row["note"] += "; revised after 6 March, known on the 7th at the earliest: see the P rows for what stood"
    return rows + seen


def portal_rows(shared: Path) -> list[dict[str, str]]:
    """Return one row for each figure of the portal when it first appeared or changed."""
    figures: list[tuple[str, str, str, str, str, str]] = []
    with (shared / "ukraine-2022-daily.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            figures.append((row["seen_utc"], row["date"], "", "XX", "arrivals_daily", row["individuals"]))
    with (shared / "ukraine-2022-by-country.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = CODES[row["country"]]
            quantity = "stock_present" if code in PRESENT else "arrivals_cumulative"
            figures.append((row["seen_utc"], row["as_of"], row["country"], code, quantity, row["cumulative"]))
    standing: dict[tuple[str, str, str], str] = {}
    out = []
    for seen, day, name, code, quantity, value in figures:
        if standing.get((day, code, quantity)) == value:
            continue
        revised = (day, code, quantity) in standing
        standing[day, code, quantity] = value
        from_day = quantity == "arrivals_cumulative"
        known = datetime.fromisoformat(seen).astimezone(UTC)
        unit = "persons/day" if quantity == "arrivals_daily" else "persons"
        note = f"as it stood at {known:%Y-%m-%d %H:%M} UTC" + ("; revises the row before" if revised else "")
        if quantity == "stock_present":
            note += "; persons present, not entries (U279, U330, U331)"
        if code == "XX":
            note += "; includes RU and BY"
        out.append(
            {
                "id": f"P{len(out) + 1:03d}",
                "date": "2022-02-24" if from_day else day,
                "date_end": day if from_day else "",
                "place": f"{name} (portal)" if name else "Ukraine (all borders)",
                "country": code,
                "quantity": quantity,
                "value": value,
                "unit": unit,
                "mode": "all",
                "claim_status": "official",
                "publisher": PORTAL,
                "source_url": PORTAL_SOURCE,
                "note": note,
                "known_on": f"{known:%Y-%m-%d}",
            }
        )
    return out


#: Days on which a figure was out, where the collection contradicts its own note.
KNOWN_ON = {"U164": "2022-03-01", "U252": "2022-03-03", "U291": "2022-03-06", "U312": "2022-03-07"}  # the morning after


def write_ledger(rows: list[dict[str, str]]) -> None:
    with (FOLDER / "evidence.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "known_on": KNOWN_ON.get(row["id"], row["known_on"])} for row in rows)
    print(f"evidence.csv: {len(rows)} rows")


def main(arguments: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    all_places, all_lanes = places(), lanes()
    write_table(FOLDER, "places", all_places)
    write_table(FOLDER, "lanes", all_lanes)
    write_table(FOLDER, "links", links())
    write_table(FOLDER, "baseline", baseline())
    columns = {
        "cars out a day (exit / entry)": both_sides("car"),
        "buses": exit_side("bus"),
        "on foot": exit_side("foot"),
        "by train": exit_side("train"),
    }
    write_capacity_table(FOLDER, "make_ukraine_2022", all_places, all_lanes, columns)
    if arguments:
        write_ledger(ledger(Path(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
