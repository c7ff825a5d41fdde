"""Write src/borderflow/data/country_names.csv: names of countries in English, Russian and their own languages, and words derived from them.

    pip install babel; python tools/make_country_names.py

Names: Unicode CLDR through Babel (Unicode licence). Short forms in use and adjectives: the lists below, by hand.
"""

import csv
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

DATA = Path(__file__).parents[1] / "src" / "borderflow" / "data"

#: iso2: other names, then adjectives and names of inhabitants (stems; Russian ones without endings)
EXTRA = {
    "RU": ("Russian Federation;РФ;Российская Федерация", "Russian;Russians;российск;россиян"),
    "GE": ("Грузия", "Georgian;Georgians;грузинск"),
    "KZ": ("Казахстан;Republic of Kazakhstan", "Kazakh;Kazakhs;Kazakhstani;казахстанск"),
    "FI": ("Suomi", "Finnish;Finns;финск;финлянд"),
    "NO": ("", "Norwegian;Norwegians;норвежск"),
    "SE": ("", "Swedish;Swedes;шведск"),
    "EE": ("", "Estonian;Estonians;эстонск"),
    "LV": ("", "Latvian;Latvians;латвийск;латышск"),
    "LT": ("", "Lithuanian;Lithuanians;литовск"),
    "PL": ("Польша", "Polish;Poles;польск"),
    "UA": ("", "Ukrainian;Ukrainians;украинск;украинц"),
    "BY": ("Белоруссия;Беларусь", "Belarusian;Belarusians;белорусск"),
    "MD": ("Moldova;Молдавия;Молдова", "Moldovan;Moldovans;молдавск;молдаван"),
    "RO": ("", "Romanian;Romanians;румынск"),
    "HU": ("", "Hungarian;Hungarians;венгерск"),
    "SK": ("", "Slovak;Slovaks;словацк"),
    "CZ": ("Czech Republic;Чехия", "Czech;Czechs;чешск"),
    "DE": ("", "German;Germans;немецк;германск"),
    "FR": ("", "French;французск"),
    "IT": ("", "Italian;Italians;итальянск"),
    "ES": ("", "Spanish;испанск"),
    "GR": ("", "Greek;Greeks;греческ"),
    "TR": ("Turkey;Türkiye;Turkiye;Турция", "Turkish;Turks;турецк"),
    "RS": ("", "Serbian;Serbs;сербск"),
    "HR": ("", "Croatian;хорватск"),
    "SI": ("", "Slovenian;словенск"),
    "AT": ("", "Austrian;австрийск"),
    "BG": ("", "Bulgarian;болгарск"),
    "MK": ("North Macedonia;Macedonia;Македония", "Macedonian;македонск"),
    "AM": ("", "Armenian;Armenians;армянск"),
    "AZ": ("", "Azerbaijani;Azerbaijanis;азербайджанск"),
    "MN": ("", "Mongolian;Mongolians;монгольск"),
    "CN": ("", "Chinese;китайск"),
    "KG": ("Kyrgyzstan;Киргизия;Кыргызстан;Kyrgyz Republic;Kirghizia", "Kyrgyz;киргизск;кыргызск"),
    "UZ": ("", "Uzbek;Uzbeks;узбекск;узбекистанск"),
    "TJ": ("", "Tajik;Tajiks;таджикск"),
    "TM": ("Туркмения", "Turkmen;туркменск"),
    "AF": ("", "Afghan;Afghans;афганск;афганц"),
    "PK": ("", "Pakistani;Pakistanis;пакистанск"),
    "IN": ("", "Indian;Indians;индийск"),
    "BD": ("", "Bangladeshi;бангладешск"),
    "MM": ("Myanmar;Burma;Мьянма;Бирма", "Burmese"),
    "TH": ("", "Thai;Thais;тайск;таиландск"),
    "IR": ("Iran;Иран", "Iranian;Iranians;иранск"),
    "IQ": ("", "Iraqi;Iraqis;иракск"),
    "SY": ("Syria;Сирия;Syrian Arab Republic", "Syrian;Syrians;сирийск;сирийц"),
    "LB": ("", "Lebanese;ливанск"),
    "JO": ("", "Jordanian;иорданск"),
    "IL": ("", "Israeli;Israelis;израильск"),
    "EG": ("", "Egyptian;Egyptians;египетск"),
    "LY": ("", "Libyan;Libyans;ливийск"),
    "SD": ("", "Sudanese;суданск;суданц"),
    "SS": ("South Sudan;Южный Судан", "South Sudanese;южносуданск"),
    "TD": ("Chad;Чад", "Chadian;Chadians;чадск"),
    "CF": ("Central African Republic;CAR;ЦАР", ""),
    "CM": ("", "Cameroonian;камерунск"),
    "NG": ("", "Nigerian;Nigerians;нигерийск"),
    "NE": ("", "Nigerien"),
    "ML": ("", "Malian;Malians"),
    "MR": ("", "Mauritanian"),
    "BF": ("Burkina Faso", "Burkinabe"),
    "CI": ("Ivory Coast;Côte d'Ivoire;Кот-д'Ивуар", "Ivorian;Ivorians"),
    "LR": ("", "Liberian"),
    "ET": ("", "Ethiopian;Ethiopians;эфиопск"),
    "ER": ("", "Eritrean;Eritreans;эритрейск"),
    "SO": ("", "Somali;Somalis;сомалийск"),
    "KE": ("", "Kenyan;Kenyans;кенийск"),
    "UG": ("", "Ugandan;Ugandans;угандийск"),
    "RW": ("", "Rwandan;Rwandans;руандийск"),
    "BI": ("", "Burundian;Burundians;бурундийск"),
    "CD": ("Democratic Republic of Congo;Democratic Republic of the Congo;DR Congo;DRC;Congo;ДР Конго;ДРК", "Congolese;конголезск;конголезский;конголезец"),
    "TZ": ("", "Tanzanian;танзанийск"),
    "ZW": ("", "Zimbabwean;Zimbabweans;зимбабвийск"),
    "ZA": ("South Africa;ЮАР", "South African;южноафриканск"),
    "MZ": ("", "Mozambican"),
    "MA": ("", "Moroccan;Moroccans;марокканск"),
    "MX": ("", "Mexican;Mexicans;мексиканск"),
    "US": ("United States;USA;U.S.;US;America;США", "American;Americans;американск"),
    "GT": ("", "Guatemalan;Guatemalans;гватемальск"),
    "HN": ("", "Honduran;Hondurans;гондурасск"),
    "SV": ("", "Salvadoran;Salvadorans;сальвадорск"),
    "NI": ("", "Nicaraguan;Nicaraguans;никарагуанск"),
    "CR": ("", "Costa Rican"),
    "PA": ("", "Panamanian;панамск"),
    "CO": ("", "Colombian;Colombians;колумбийск"),
    "VE": ("", "Venezuelan;Venezuelans;венесуэльск;венесуэльц"),
    "EC": ("", "Ecuadorian;Ecuadorean;эквадорск"),
    "PE": ("", "Peruvian;перуанск"),
    "BR": ("", "Brazilian;бразильск"),
    "CL": ("", "Chilean;чилийск"),
    "HT": ("", "Haitian;Haitians;гаитянск"),
    "DO": ("Доминикана", "Dominican;доминиканский"),
    "CU": ("", "Cuban;Cubans;кубинск"),
    "GB": ("United Kingdom;UK;Britain;Великобритания;Британия", "British;британск"),
    "AE": ("United Arab Emirates;UAE;Emirates;ОАЭ;Эмираты", "Emirati"),
    "XK": ("Kosovo;Косово", "Kosovar;косовск"),
    "BA": ("Bosnia;Босния", "Bosnian;Bosnians;боснийский"),
    "HM": ("Heard & McDonald Islands", ""),
    "LA": ("Lao PDR", ""),
    "NL": ("Holland;Голландия", ""),
    "PS": ("Gaza;Palestine;West Bank", ""),
    "SH": ("St. Helena", ""),
    "SZ": ("Swaziland", ""),
    "TF": ("French Southern Territories", ""),
    "TL": ("East Timor", ""),
    "TT": ("Trinidad", ""),
    "VN": ("Viet Nam", ""),
}  # fmt: skip


#: names of their own that are first names or towns elsewhere
AMBIGUOUS = {"Maurice", "Saint-Martin", "La Réunion", "St. Helena"}


def own_names(code: str) -> list[str]:
    """Return what a country is called in its own official languages, in whatever script they are written."""
    found = []
    for language in get_official_languages(code, de_facto=True):
        try:
            found.append(Locale.parse(language.replace("-", "_")).territories.get(code, ""))
        except (UnknownLocaleError, ValueError):  # a language that CLDR has no names in
            continue
    return [name for name in found if name not in AMBIGUOUS]


def main() -> None:
    english, russian = Locale("en").territories, Locale("ru").territories
    codes = [row["iso2"] for row in csv.DictReader((DATA / "countries.csv").open(encoding="utf-8"))]
    with (DATA / "country_names.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["iso2", "kind", "name"])
        for code in codes:
            others, derived = EXTRA.get(code, ("", ""))
            names = [english.get(code, ""), russian.get(code, ""), *others.split(";"), *own_names(code)]
            rows.writerows([code, "name", name] for name in dict.fromkeys(filter(None, names)))
            rows.writerows([code, "derived", name] for name in filter(None, derived.split(";")))


if __name__ == "__main__":
    main()
