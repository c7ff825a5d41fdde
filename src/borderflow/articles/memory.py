"""What earlier sentences of an article left behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from borderflow.articles.dates import When
from borderflow.articles.scenes import Route, Scene
from borderflow.articles.toponyms import Mention
from borderflow.naming import Named

__all__ = ["Memory"]


@dataclass
class Memory:
    """What earlier sentences left behind: places, the day, the window, what was counted, what happened, who spoke.

    ``number`` counts sentences; ``when_at``, ``counted_at`` and ``event_at`` say in which one a thing was last spoken
    of, so that only a sentence close by can carry it on.
    """

    posts: list[Mention] = field(default_factory=list)
    towns: list[Mention] = field(default_factory=list)
    countries: list[Mention] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    quantity: str = ""
    place: Mention | None = None
    dateline: Mention | None = None
    when: When | None = None
    said_by: str = ""
    official: bool = False
    announced: dt.date | None = None
    number: int = 0
    day: dt.date | None = None
    day_at: int = -9
    anchor: dt.date | None = None  # the day spoken of last, to come or past: what "the same day" is
    begin: dt.date | None = None  # of the window spoken of: what "the first day" is
    post_at: int = -9
    service_at: int = -9
    country_at: int = -9
    shelter_at: int = -9
    queue_at: int = -9
    service: str = ""
    currency: str = ""
    currency_at: int = -9
    when_at: int = -9
    counted_at: int = -9
    rate_at: int = -9
    event: str = ""
    event_at: int = -9

    since: dt.date | None = None  # the day from which an office, or whatever was said to be there "since", is there
    since_at: int = -9
    period: When | None = None  # the days that the whole report is about, as a heading gives them
    host: Mention | None = None  # where those who came were counted last
    vehicles: str = ""  # what stood in the sentence before: "lorries are another matter. There are 720 of them"
    through_at: int = -9  # when somebody said that he was through
    queued: Mention | None = None  # where the line counted last stands
    home: Mention | None = None  # the country of the town where the article was written
    subject: Mention | None = None  # the country that a sentence was about
    subject_at: int = -9
    told: dict[str, Named] = field(default_factory=dict)  # places that no list holds
    counted: set[str] = field(default_factory=set)  # the kinds of figures so far
    states: dict[str, Mention] = field(default_factory=dict)  # the countries in which places named so far lie
    possible: list[Mention] = field(default_factory=list)  # names that may be places though nothing says so
    spans: list[tuple[When, int]] = field(default_factory=list)  # dates named lately, each with its sentence
    cues: tuple[str, ...] = ()  # the classes of the words of the sentence before
    opening: tuple[str, ...] = ()  # the words that open it
    headed_till: int = 0
    headed: Mention | None = None  # the place that the heading above names

    def open_entry(self) -> None:
        """Forget what was counted, when and as what: a new entry begins."""
        self.quantity, self.service, self.currency, self.event, self.said_by, self.official = "", "", "", "", "", False
        self.when = self.day = self.anchor = self.begin = self.place = self.queued = self.since = None
        self.when_at = self.counted_at = self.rate_at = self.event_at = self.shelter_at = self.queue_at = -9

    def head(self, scene: Scene) -> None:
        """Keep the place of a heading: what the lines below it count without naming a place, they count there."""
        named = [one for one in scene.mentions if one.best.kind != "derived" and one.role not in ("from", "with")]
        while len(named) > 1 and named[0].best.kind == "country" and named[1].best.country == named[0].best.country:
            named = named[1:]  # "ETHIOPIA - Gambella: influx from South Sudan"
        alone = len(named) == 1 or (
            len(named) > 1 and scene.tokens[named[0].last].text == "("
        )  # "Mae Sot (Tak province)"
        self.headed, self.headed_till = named[0] if alone else None, scene.sentence.end

    def is_of_capital(self) -> bool:
        """Tell whether the article was written in a large city, which is no post."""
        return self.dateline is not None and self.dateline.best.population >= 300_000

    def counted_lately(self) -> bool:
        """Tell whether this sentence or the one before it counted something."""
        return bool(self.quantity) and self.counted_at >= self.number - 1

    def goes_out(self, scene: Scene) -> bool:
        """Tell whether people who "pass through" go out: the flow counted last went out, and no place they go to is named."""
        return self.quantity == "departures_*" and not any(one.role == "to" for one in scene.mentions)

    def post_lately(self) -> Mention | None:
        """Return the post that the sentence before spoke of."""
        return self.posts[-1] if self.posts and self.post_at >= self.number - 1 else None

    def _is_post(self, scene: Scene, mention: Mention) -> bool:
        """Tell whether a place that no list holds is a post: people go in or wait there, or it was one before."""
        known = any(one.best.name == mention.best.name for one in self.posts)
        return known or (mention.role in ("at", "via") and scene.has("enter", "leave", "cross", "queue", "wait"))

    def keep(self, scene: Scene) -> None:
        """Remember the places and the day of a sentence, and what kind of service it spoke of."""
        self.number += 1
        if scene.has("shelter"):
            self.shelter_at = self.number - 1
        if scene.has("queue"):
            self.queue_at = self.number - 1
        self.vehicles = next((word for word in scene.words if word in _VEHICLES), "")
        if scene.has("cross", "enter") and len(scene.tokens) < 8:
            self.through_at = self.number - 1
        self._keep_service(scene)
        self._keep_days(scene)
        self._keep_places(scene)
        self._keep_routes(scene)
        self.possible = [*self.possible, *scene.possible][-4:]
        self.spans = [*self.spans, *((one, self.number) for one in scene.dates)][-8:]
        self.cues = tuple(scene.by_kind)
        self.opening = tuple(scene.outline[:2])
        for kept in (self.posts, self.towns, self.countries, self.routes):
            del kept[:-4]
        for name in [*self.told][:-200]:
            del self.told[name]

    def _keep_service(self, scene: Scene) -> None:
        services = [cue.kind for cue in scene.of(*_SERVICES)]
        # "the buses ... all runs are cancelled": the word for runs is that for flights too
        on_land = [kind for kind in services if kind != "flight"]
        self.service = (on_land or services or [self.service])[-1]
        if services or (scene.has("ticket") and self.service_at == self.number - 2):
            self.service_at = self.number - 1

    def _keep_days(self, scene: Scene) -> None:
        named = [
            one.last
            for n, one in enumerate(scene.dates)
            if n not in scene.said and one.role in ("day", "by", "future") and one.first == one.last
        ]
        days = [one for one in named if one <= scene.published]
        if days:
            self.day = days[-1]
            if scene.has(*_TOPICS):
                self.day_at = self.number - 1
        elif self.day is None and scene.said and (told := scene.dates[max(scene.said)]).first <= scene.published:
            self.day = told.last  # "said on Monday. Earlier that day ..."
        self.anchor = named[-1] if named else self.day
        begun = [one.first for one in scene.dates if one.role == "since"]
        starts = [one for one in begun if one <= scene.published]
        office = scene.has("draft office") and (scene.has("set up") or self.since is None)
        if starts or (days and office):
            self.since, self.since_at = (starts or days)[0], self.number - 1
        self.begin = begun[0] if begun else days[-1] if days else self.begin

    def _keep_places(self, scene: Scene) -> None:
        self.countries += scene.officials
        quiet = [mention for mention in scene.mentions if not scene.speaks(mention)]
        # "Rubavu, across the border from Goma": the sentence is about the first; stable, so that the last named stays last
        for mention in sorted(quiet or scene.mentions, key=lambda one: one.role != "from"):
            if mention.role == "with" or (
                mention.role == "from"
                and (len(quiet) > 1 or self.towns or self.posts or self.dateline)
                and mention.best.kind in ("city", "region", "unknown")
            ):
                continue  # "its border with Russia" does not speak of Russia
            if mention.best.source == "text" and mention.best.score >= 0.5:
                self.told[mention.best.id] = mention.best
            if not scene.is_of_citizens(mention):  # "protection for citizens of Myanmar" is not about Myanmar
                self._keep_place(scene, mention)

    def _keep_place(self, scene: Scene, mention: Mention) -> None:
        kind = mention.best.kind
        if kind == "country" and mention.role == "":
            self.subject, self.subject_at = mention, self.number - 1
        called_post = kind == "city" and scene.is_called_post(mention)
        # "at Hani i Hotit 1,730 people entered": no list holds it, but it is a post
        if kind == "crossing" or called_post or (kind == "unknown" and self._is_post(scene, mention)):
            self.posts.append(mention)
            self.post_at = self.number - 1
        elif kind in ("city", "region") or (kind == "unknown" and mention.best.score >= 0.5):
            self.towns.append(mention)
        elif kind == "country" or scene.is_border(mention):
            # "nearly all of them from Venezuela" does not make Venezuela what the report is about
            self.countries.insert(0 if mention.role == "from" else len(self.countries), mention)
            self.country_at = self.number - 1

    def _keep_routes(self, scene: Scene) -> None:
        routes = scene.routes()
        goals = [one for one in scene.mentions if one.role == "to" and one.best.kind in ("city", "country")]
        if scene.has(*_SERVICES) and not routes and goals:
            routes = [Route((), goals[-1])]  # "flights to Istanbul": where from, nobody says
        self.routes += routes


_SERVICES = ("bus", "train", "flight", "ferry")
_VEHICLES = frozenset(
    ["lorries", "trucks", "cars", "vehicles", "фуры", "грузовики", "машины", "автомобили", "легковушки"]
)
_TOPICS = (
    "enter", "leave", "return", "cross", "queue", "wait", "close", "open", "ban", "exit ban", "call up", "halt", "resume", "draft office", "notice",
    "turn back", "refuse", "sold out", "compare", "shelter", "slept", "asylum", "ticket", "post",
)  # fmt: skip
