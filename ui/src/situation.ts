/** The list beside the map: the same figures, sortable, for eyes, keyboard and screen reader. */

import { fill, h } from "./dom";
import { isoDay, number, range, shortDay, span, spreadWords } from "./format";
import type { Picture, Post, Scenario } from "./api";
import { claimLinks } from "./jump";
import { on, picture, set, state } from "./state";

type Column = { key: string; title: string; note: string; value: (n: number, post: Post) => number; text: (n: number, post: Post) => Node };

let sorted = "queue";
let all = false;
let panel: HTMLElement;

/** Show the figures of the hour in the panel while the view is the situation. */
export function startSituation(where: HTMLElement): void {
  panel = where;
  let waiting = false;
  const soon = () => {
    // while playing, three times a second is as fast as anybody reads
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (state.view === "situation") show();
    }, state.playing ? 300 : 0);
  };
  on(["hour", "reference", "changed", "shown", "post", "view", "country"], soon);
}

function show(): void {
  const shown = picture(), scenario = state.scenario;
  if (!shown || !scenario || state.hour < 0) return;
  const focus = document.activeElement?.id;
  const scroll = panel.scrollTop;
  fill(panel, ...(state.changed ? [switcher()] : []), cards(shown, scenario), place(shown, scenario), crossings(shown, scenario), countries(shown, scenario));
  panel.scrollTop = scroll;
  // rows are built anew; the keyboard must not lose its place
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

/** Buttons for what map, list and charts show after a question was answered. */
export function switcher(): HTMLElement {
  const one = (key: typeof state.shown, text: string) => h("button", {
    type: "button", id: `show-${key}`, "aria-pressed": String(state.shown === key), onclick: () => set({ shown: key }),
  }, text);
  return h("div", { class: "switch", role: "group", "aria-label": "Shown" }, one("reference", "Reference"), one("changed", "What if"), one("difference", "Difference"));
}

function hourMs(shown: Picture): number {
  return shown.startMs + state.hour * 3_600_000;
}

function dayIndex(shown: Picture, zone: string): number {
  return shown.days.indexOf(isoDay(hourMs(shown), zone));
}

function cards(shown: Picture, scenario: Scenario): HTMLElement {
  const sum = (name: string) => shown.posts.reduce((total, _, n) => total + (shown.hourly(name, 0, n, state.hour) || 0), 0);
  const day = dayIndex(shown, scenario.home.zone);
  const left = shown.daily("left_home", "", scenario.home.id);
  const card = (title: string, value: string, unit: string, more: string) => h("div", { class: "card" }, h("h3", {}, title), h("p", { class: "big" }, value), h("p", {}, unit), more ? h("p", { class: "int" }, more) : null);
  const longest = shown.posts.map((_, n) => n).sort((a, b) => (shown.hourly("wait_hours_joining", 0, b, state.hour) || 0) - (shown.hourly("wait_hours_joining", 0, a, state.hour) || 0))[0];
  const wait = (s: number) => shown.hourly("wait_hours_joining", s, longest, state.hour);
  const where = scenario.posts.find((post) => post.id === shown.posts[longest])!;
  const out = [
    card("In line now", number(sum("queue_persons"), false, true), "persons, all crossings (stock)", `${number(sum("queue_cars"), false, true)} cars`),
    card("Longest wait now", Number.isFinite(wait(0)) ? `${number(wait(0))} h` : "–", `if joining at ${where.name}`, Number.isFinite(wait(0)) ? `90 %: ${span(wait(1), wait(5))} h` : ""),
  ];
  if (left && day >= 0 && Number.isFinite(left[0][day])) {
    out.unshift(card("Setting out today", number(left[0][day], false, true), `persons, ${shortDay(shown.days[day])} (flow, out)`, `90 %: ${span(left[1][day], left[5][day], false, true)}`));
  }
  return h("section", { "aria-label": "Now" }, h("div", { class: "cards" }, out));
}

function figures(shown: Picture, name: string, n: number, whole: boolean): Node {
  const value = (s: number) => shown.hourly(name, s, n, state.hour);
  if (!Number.isFinite(value(0))) return h("span", { class: "soft", title: "nobody is let through at this hour" }, "shut");
  const mean = number(value(0), false, whole);
  return h("span", {}, mean, mean === "0" ? null : h("small", {}, span(value(1), value(5), false, whole)));
}

function through(shown: Picture, n: number): number {
  return shown.modes.reduce((total, _, mode) => total + shown.row("passed", n, mode)[state.hour], 0);
}

function crossings(shown: Picture, scenario: Scenario): HTMLElement {
  const columns: Column[] = [
    { key: "queue", title: "In line", note: "persons", value: (n) => shown.hourly("queue_persons", 0, n, state.hour), text: (n) => figures(shown, "queue_persons", n, true) },
    { key: "cars", title: "Cars", note: "vehicles", value: (n) => shown.hourly("queue_cars", 0, n, state.hour), text: (n, post) => (post.modes.includes("car") ? figures(shown, "queue_cars", n, true) : h("span", { class: "soft" }, "no lane")) },
    { key: "wait", title: "Wait", note: "hours", value: (n) => shown.hourly("wait_hours_joining", 0, n, state.hour), text: (n) => figures(shown, "wait_hours_joining", n, false) },
    { key: "through", title: "Through", note: "persons/h", value: (n) => through(shown, n), text: (n) => h("span", {}, number(through(shown, n), false, true)) },
  ];
  const by = columns.find((one) => one.key === sorted)!;
  const rows = shown.posts.map((id, n) => ({ n, post: scenario.posts.find((one) => one.id === id)! }));
  rows.sort((a, b) => (by.value(b.n, b.post) || 0) - (by.value(a.n, a.post) || 0) || a.post.name.localeCompare(b.post.name));
  const country = (id: string) => scenario.countries.find((one) => one.id === id)!.name;
  const head = columns.map((one) => h("th", { scope: "col", class: "num", "aria-sort": one.key === sorted ? "descending" : "none" },
    h("button", { type: "button", id: `sort-${one.key}`, onclick: () => { sorted = one.key; show(); } }, one.title, one.key === sorted ? " ↓" : ""), h("small", {}, one.note)));
  const body = rows.slice(0, all ? rows.length : 12).map(({ n, post }) => h("tr", { class: post.id === state.post ? "chosen" : "" },
    h("th", { scope: "row" }, h("button", { type: "button", id: `post-${post.id}`, "aria-pressed": String(post.id === state.post), onclick: () => set({ post: post.id, country: post.country }) },
      h("i", { class: "dot", "data-colour": tint(shown, n) }), post.name), h("small", {}, [post.local, country(post.country)].filter(Boolean).join(" · "))),
    columns.map((one) => h("td", { class: "num" }, one.text(n, post)))));
  const more = h("button", { type: "button", id: "all-crossings", class: "plain", onclick: () => { all = !all; show(); } }, all ? "Show the first 12" : `Show all ${rows.length} crossings`);
  return h("section", {}, h("h2", {}, "Crossings, this hour"), h("p", { class: "note" }, `In line, cars: waiting now (stock). Wait: expected by those joining now. Through: leaving per hour (flow, out). Means; small: 90 % of runs. ${spreadWords(shown.spread, shown.known)}`),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Crossings" }, h("table", { id: "crossings" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Crossing"), head)), h("tbody", {}, body))), more);
}

function tint(shown: Picture, n: number): string {
  const wait = shown.hourly("wait_hours_joining", 0, n, state.hour);
  return Number.isFinite(wait) ? `w${[1, 6, 24, 48].filter((bound) => wait >= bound).length}` : "shut";
}

function countries(shown: Picture, scenario: Scenario): HTMLElement {
  const rows = scenario.countries.map((country) => {
    const day = dayIndex(shown, country.zone);
    const at = (quantity: string) => {
      const rows = shown.daily(quantity, "", country.id);
      return rows && day >= 0 ? rows.map((row) => row[day]) : null;
    };
    return { country, daily: at("arrivals_daily"), total: at("arrivals_cumulative"), usual: at("arrivals_excess_daily"), refused: at("entry_refused") };
  }).filter((row) => row.daily);
  const known = (one: number[] | null) => (one && Number.isFinite(one[0]) ? one[0] : -1);
  rows.sort((a, b) => known(b.total) - known(a.total) || known(b.daily) - known(a.daily));
  const cell = (one: number[] | null, signed = false) => {
    if (!one || !Number.isFinite(one[0])) return h("td", { class: "num" }, "–");
    const mean = number(one[0], signed, true);
    return h("td", { class: "num" }, mean, mean === "0" ? null : h("small", {}, span(one[1], one[5], signed, true)));
  };
  const body = rows.map((row) => h("tr", { class: row.country.id === state.country ? "chosen" : "" },
    h("th", { scope: "row" }, h("button", { type: "button", id: `country-${row.country.id}`, "aria-pressed": String(row.country.id === state.country), onclick: () => set({ country: row.country.id }) }, row.country.name)),
    cell(row.daily), cell(row.usual, true), cell(row.total)));
  const head = [["Today", "persons, gross"], ["Above usual", "persons"], [`Since ${shortDay(scenario.announcement)}`, "persons, gross"]];
  return h("section", {}, h("h2", {}, "Arrivals by country, this local day"),
    h("p", { class: "note" }, `Entries of citizens of ${scenario.home.name} (flow, in), ordinary travellers included. Part days have no figure.`),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Countries" }, h("table", { id: "countries" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Into"),
      head.map(([title, note]) => h("th", { scope: "col", class: "num" }, title, h("small", {}, note))))), h("tbody", {}, body))));
}

/** What there is to say about the chosen crossing. */
function place(shown: Picture, scenario: Scenario): HTMLElement {
  const post = scenario.posts.find((one) => one.id === state.post);
  const n = post ? shown.posts.indexOf(post.id) : -1;
  if (!post || n < 0) return h("section", { class: "place" }, h("p", { class: "note" }, "Choose a crossing on the map or in the list for its charts and events."));
  const events = scenario.events.filter((event) => event.crossings.includes(post.id) || event.countries.includes(post.country));
  const day = dayIndex(shown, post.zone);
  const daily = (quantity: string) => {
    const rows = shown.daily(quantity, post.name, post.country);
    return rows && day >= 0 && Number.isFinite(rows[0][day]) ? `${number(rows[0][day], false, true)} (${range(rows[1][day], rows[5][day], false, true)})` : "–";
  };
  const fact = (title: string, text: string, unit: string) => h("div", {}, h("dt", {}, title), h("dd", {}, text, h("small", {}, unit)));
  const modes = shown.modes.map((mode, m) => ({ mode, value: shown.row("passed", n, m)[state.hour] })).filter((one) => one.value >= 0.5)
    .map((one) => `${one.mode} ${number(one.value, false, true)}`).join(", ");
  return h("section", { class: "place" },
    h("h2", {}, post.name, h("small", {}, [post.local, post.other].filter(Boolean).join(" / "))),
    h("dl", {},
      fact("Through this hour", modes || "nobody", "persons, by mode (mean)"),
      fact("Arrived today", daily("arrivals_daily"), "persons, gross (flow, in)"),
      fact("In line over 24 h", daily("waiting_over_24h"), "persons, highest hour (stock)"),
      fact("Stopped at exit", daily("turned_back"), "persons today (flow)"),
      fact("Water needed", daily("needs_water"), "litres today (flow)"),
      fact("Refused entry", daily("entry_refused"), "persons today (flow)")),
    events.length ? h("details", {}, h("summary", {}, `${events.length} events concern this crossing`), h("ul", {}, events.map((event) => h("li", { class: event.enabled ? "" : "off" }, h("b", {}, event.title), ` from ${event.from}. `, event.what,
      ". ", ...(event.evidence.length ? ["Evidence: ", ...claimLinks(event.evidence), "."] : []))))) : null);
}
