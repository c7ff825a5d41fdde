/** Charts: fans of the runs by day or hour, claims with their source, events, and the map's time. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { at, colour, css, fill, h } from "./dom";
import { number, range, shortDay, spreadWords } from "./format";
import type { BorderEvent, Claim, Picture, Post } from "./api";
import { on, set, state } from "./state";

type Mark = { x: number; x1: number; y: number; claim: Claim };
type Spec = {
  id: string; title: string; note: string; unit: string; x: number[]; reference: ArrayLike<number>[]; changed: ArrayLike<number>[] | null;
  marks: Mark[]; events: BorderEvent[]; whole: boolean; apart: boolean; daily: boolean;
};

const HOUR = 3600;
let drawn: { plot: uPlot; spec: Spec }[] = [];
let need = "needs_water";

/** Draw the charts whenever what they show changes. */
export function startCharts(): void {
  on(["reference", "changed", "shown", "post", "country", "claims"], build);
  on(["hour"], () => drawn.forEach((one) => one.plot.redraw(false, false)));
  on(["view"], () => requestAnimationFrame(resize));
  let timer = 0;
  new ResizeObserver(() => {
    clearTimeout(timer);
    timer = window.setTimeout(resize, 60);
  }).observe(at("charts"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
}

/** Return the charts on the page: their titles and canvases. */
export function chartCanvases(): { title: string; note: string; canvas: HTMLCanvasElement }[] {
  return drawn.map((one) => ({ title: one.spec.id === "needs" ? `${one.spec.title} ${NEEDS[need]}` : one.spec.title, note: one.spec.note, canvas: one.plot.ctx.canvas }));
}

function resize(): void {
  for (const one of drawn) {
    const box = one.plot.root.parentElement!;
    if (box.clientWidth) one.plot.setSize({ width: box.clientWidth, height: 190 });
  }
}

function build(): void {
  const reference = state.reference, scenario = state.scenario;
  drawn.forEach((one) => one.plot.destroy());
  drawn = [];
  if (!reference || !scenario) return;
  const post = scenario.posts.find((one) => one.id === state.post);
  const country = scenario.countries.find((one) => one.id === state.country);
  const specs: Spec[] = [];
  if (country) specs.push(...arrivals(country.id, country.name));
  if (post) specs.push(...crossing(post));
  const choose = h("label", { class: "choose" }, "Arrivals into ", h("select", {
    onchange: (event: Event) => set({ country: (event.target as HTMLSelectElement).value }),
  }, scenario.countries.filter((one) => reference.daily("arrivals_daily", "", one.id)).map((one) => h("option", { value: one.id, selected: one.id === state.country }, one.name))));
  const boxes = specs.map((spec) => figure(spec));
  const members = state.shown === "reference" ? reference.members : (state.changed ?? reference).members;
  const drawnAs = apart() ? `Bands: 50 % and 90 % of the differences of ${members} paired runs, what if less reference; line: median.` : `Bands: 50 % and 90 % of ${members} simulated runs; line: median. Dotted lines: events; circles: claims, filled where official (point at either).`;
  fill(at("charts"), h("div", { class: "chart-head" }, choose, post ? h("span", {}, "Crossing: ", h("b", {}, post.name)) : "",
      state.shown === "changed" && state.changed ? h("span", {}, h("i", { class: "line-key" }), "reference", h("i", { class: "line-key other" }), "what if") : ""),
    h("p", { class: "chart-head note" }, `${drawnAs} ${spreadWords(reference.spread, reference.known)}`), ...boxes.map((one) => one.box));
  boxes.forEach((one, n) => drawn.push({ plot: plot(specs[n], one.slot), spec: specs[n] }));
}

function figure(spec: Spec): { box: HTMLElement; slot: HTMLElement } {
  const slot = h("div", { class: "plot" });
  const options = spec.id === "needs" ? h("select", {
    "aria-label": "Need", onchange: (event: Event) => {
      need = (event.target as HTMLSelectElement).value;
      build();
    },
  }, ["needs_water", "needs_toilets", "needs_shelter", "waiting_over_24h", "person_hours_waiting"].map((one) => h("option", { value: one, selected: one === need }, NEEDS[one]))) : null;
  return { box: h("figure", { class: "chart" }, h("figcaption", {}, h("h3", {}, spec.title, " ", options), h("p", {}, spec.note)), slot, table(spec)), slot };
}

const NEEDS: Record<string, string> = {
  needs_water: "water", needs_toilets: "toilets", needs_shelter: "covered floor", waiting_over_24h: "people in line over 24 h",
  person_hours_waiting: "time spent in line",
};

/** The same figures for those who cannot see the chart. */
function table(spec: Spec): HTMLElement {
  const step = Math.max(1, Math.round(spec.x.length / 31));
  const details = h("details", {}, h("summary", {}, "Figures as a table"));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    const rows = spec.x.map((_, n) => n).filter((n) => n % step === 0).map((n) => h("tr", {},
      h("th", { scope: "row" }, new Date(spec.x[n] * 1000).toISOString().slice(0, spec.daily ? 10 : 16).replace("T", " ")),
      h("td", {}, number(spec.reference[3][n], spec.apart, spec.whole)), h("td", {}, range(spec.reference[1][n], spec.reference[5][n], spec.apart, spec.whole)),
      spec.changed ? h("td", {}, `${number(spec.changed[3][n], false, spec.whole)} (${range(spec.changed[1][n], spec.changed[5][n], false, spec.whole)})`) : null));
    details.append(h("div", { class: "scroll", tabindex: 0 }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, spec.daily ? "local day" : "time (UTC)"),
      h("th", { scope: "col" }, `median, ${spec.unit}`), h("th", { scope: "col" }, "90 % of runs"), spec.changed ? h("th", { scope: "col" }, "what if") : null)), h("tbody", {}, rows))));
  });
  return details;
}

// ---------------------------------------------------------------------------------------------------------------------
// What the charts show

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

/** Return the middle of local days as seconds UTC. */
function middays(shown: Picture, offset: number): number[] {
  return shown.days.map((day) => seconds(day) + (12 - offset) * HOUR);
}

/** Tell whether the charts show differences of paired runs, not runs. */
function apart(): boolean {
  return state.shown === "difference" && state.changed !== null && state.changed.has("difference_daily");
}

function series(quantity: string, place: string, country: string, mode = "all"): [ArrayLike<number>[] | null, ArrayLike<number>[] | null] {
  if (apart()) return [state.changed!.daily(quantity, place, country, mode, "difference_daily"), null];
  const other = state.shown === "reference" ? null : (state.changed?.daily(quantity, place, country, mode) ?? null);
  return [state.reference!.daily(quantity, place, country, mode), other];
}

function arrivals(country: string, name: string): Spec[] {
  const scenario = state.scenario!;
  const own = scenario.countries.find((one) => one.id === country)!;
  const [reference, changed] = series("arrivals_daily", "", country);
  if (!reference) return [];
  const posts = new Set(scenario.posts.filter((post) => post.country === country).map((post) => post.id));
  const events = scenario.events.filter((event) => event.enabled && (event.kind === "shock" || event.countries.includes(country) || event.crossings.some((one) => posts.has(one))));
  const claims = state.claims.filter((claim) => claim.quantity === "arrivals_daily" && ["persons", "persons/day"].includes(claim.unit) && claim.whole === country);
  return [{
    id: "arrivals", title: `Arrivals in ${name}`, unit: "persons a day", whole: true, events,
    note: `Citizens of ${scenario.home.name} entering, gross, persons per local day (flow, in). Marks: claims on the whole of it.`,
    x: middays(state.reference!, own.offset), reference, changed, marks: apart() ? [] : marks(claims, own.offset), apart: apart(), daily: true,
  }];
}

function crossing(post: Post): Spec[] {
  const shown = state.reference!, scenario = state.scenario!;
  const n = shown.posts.indexOf(post.id);
  if (n < 0) return [];
  const offset = scenario.countries.find((one) => one.id === post.country)!.offset;
  const events = scenario.events.filter((event) => event.enabled && (event.crossings.includes(post.id) || event.countries.includes(post.country)));
  const x = Array.from({ length: shown.hours }, (_, hour) => shown.startMs / 1000 + hour * HOUR);
  const hourly = (picture: Picture, name: string) => [0, 1, 2, 3, 4, 5].map((s) => picture.row(name, s, n));
  const first = (name: string) => (apart() ? hourly(state.changed!, `difference_${name}`) : hourly(shown, name));
  const other = (name: string) => (state.shown === "changed" && state.changed ? hourly(state.changed, name) : null);
  const names = [post.name, post.local, post.other].map((one) => one.toLowerCase()).filter(Boolean);
  const here = (quantity: string, unit: string) => apart() ? [] : marks(state.claims.filter((claim) => claim.quantity === quantity && claim.unit === unit &&
    names.some((one) => claim.place.toLowerCase().split(/[/,()]| - /).some((part) => part.trim() === one))), offset);
  const [needed, neededThen] = series(need, post.name, post.country);
  const cars = post.modes.includes("car");
  const line = cars ? "queue_cars" : "queue_persons";
  const out: Spec[] = [
    {
      id: "queue", title: `Line at ${post.name}`, unit: cars ? "vehicles" : "persons", whole: true, events, x, apart: apart(), daily: false,
      note: `${cars ? "Cars" : "Persons"} waiting to leave, both sides, by hour (stock). Marks: claims.`,
      reference: first(line), changed: other(line), marks: cars ? here("queue_cars", "vehicles") : [],
    },
    {
      id: "wait", title: `Wait at ${post.name}`, unit: "hours", whole: false, events, x, apart: apart(), daily: false,
      note: `Expected wait of those joining the line (${post.wait_mode}), hours, by hour of joining. Marks: claims.`,
      reference: first("wait_hours_joining"), changed: other("wait_hours_joining"), marks: here("wait_hours", "hours"),
    },
  ];
  if (needed) {
    const about = scenario.quantities[need];
    out.push({
      id: "needs", title: "Needs of people in line:", unit: about.unit, whole: true, events, x: middays(shown, offset), reference: needed, changed: neededThen,
      note: `At ${post.name}: ${about.meaning}; ${about.unit}${about.kind === "flow" ? " per local day" : ", by local day"} (${about.kind}).`, marks: [], apart: apart(), daily: true,
    });
  }
  return out;
}

function marks(claims: Claim[], offset: number): Mark[] {
  return claims.map((claim) => {
    const first = seconds(claim.date) + (12 - offset) * HOUR;
    return { x: first, x1: claim.date_end ? seconds(claim.date_end) + (12 - offset) * HOUR : first, y: Number(claim.value), claim };
  }).filter((one) => Number.isFinite(one.x) && Number.isFinite(one.y));
}

// ---------------------------------------------------------------------------------------------------------------------
// Drawing

function plot(spec: Spec, slot: HTMLElement): uPlot {
  const tip = h("div", { class: "chart-tip", hidden: true });
  const soft = css("--soft"), grid = css("--grid");
  const fan = (tint: string, dash: number[] = []) => {
    const [r, g, b] = colour(tint);
    const clear = `rgba(${r},${g},${b},0)`;
    return {
      series: [0, 1, 2, 3, 4].map((n) => ({ stroke: n === 2 ? `rgb(${r},${g},${b})` : clear, width: n === 2 ? 1.8 : 0, dash: n === 2 ? dash : [], points: { show: false } })),
      fills: [`rgba(${r},${g},${b},.18)`, `rgba(${r},${g},${b},.30)`],
    };
  };
  const model = fan("--model"), other = fan("--other", [5, 3]);
  const quantiles = (rows: ArrayLike<number>[]) => [1, 2, 3, 4, 5].map((n) => Array.from(rows[n], (one) => (Number.isFinite(one) ? one : null)));
  const data = [spec.x, ...quantiles(spec.reference), ...(spec.changed ? quantiles(spec.changed) : [])];
  const bands = (from: number, fills: string[]) => [{ series: [from + 4, from] as [number, number], fill: fills[0] }, { series: [from + 3, from + 1] as [number, number], fill: fills[1] }];
  const lowest = Math.min(0, ...data.slice(1).flatMap((row) => (row as (number | null)[]).map((one) => one ?? 0)));
  const highest = Math.max(spec.apart && lowest < 0 ? 0 : 1, ...spec.marks.map((one) => one.y), ...data.slice(1).flatMap((row) => (row as (number | null)[]).map((one) => one ?? 0)));
  const chart = new uPlot({
    width: Math.max(slot.clientWidth, 260), height: 190, legend: { show: false }, padding: [14, 20, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: () => [lowest * 1.08, highest * 1.08] } },
    tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "UTC"),
    axes: [
      { stroke: soft, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, font: "11px system-ui", size: 28, space: 62, values: (_u, ticks) => ticks.map((one) => shortDay(new Date(one * 1000).toISOString())), incrs: [86400, 2 * 86400, 3 * 86400, 5 * 86400, 7 * 86400, 14 * 86400] },
      { stroke: soft, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: "11px system-ui", size: (_u, texts) => 14 + 6.4 * Math.max(2, ...(texts ?? []).map((one) => one.length)), values: (_u, ticks) => ticks.map((one) => number(one, spec.apart)), label: spec.unit, labelSize: 16, labelFont: "11px system-ui", labelGap: 0 },
    ],
    series: [{}, ...model.series, ...(spec.changed ? other.series : [])],
    bands: [...bands(1, model.fills), ...(spec.changed ? bands(6, other.fills) : [])],
    hooks: {
      drawClear: [(u) => events(u, spec), knownTo],
      draw: [(u) => claims(u, spec), now],
      setCursor: [(u) => hover(u, spec, tip)],
    },
  }, data as never, slot);
  chart.over.addEventListener("click", () => {
    const x = chart.posToVal(chart.cursor.left ?? 0, "x");
    set({ hour: Math.min(Math.max(Math.floor((x - state.reference!.startMs / 1000) / HOUR), 0), state.reference!.hours - 1), playing: false });
  });
  slot.append(tip);
  return chart;
}

function events(u: uPlot, spec: Spec): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = css("--soft");
  ctx.globalAlpha = 0.7;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const event of spec.events) {
    const x = u.valToPos(seconds(event.start), "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 8 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** Where a forecast begins: left of it reports had their say. */
function knownTo(u: uPlot): void {
  const known = state.reference?.known;
  if (!known) return;
  const { ctx, bbox } = u, dot = devicePixelRatio;
  const x = u.valToPos(seconds(known) + 24 * HOUR, "x", true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.fillStyle = css("--grid");
  ctx.globalAlpha = 0.45;
  ctx.fillRect(x, bbox.top, bbox.left + bbox.width - x, bbox.height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = css("--soft");
  ctx.font = `${10 * dot}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.fillText("forecast", bbox.left + bbox.width - 3 * dot, bbox.top + 11 * dot);
  ctx.restore();
}

function now(u: uPlot): void {
  if (state.hour < 0) return;
  const { ctx, bbox } = u;
  const x = u.valToPos(state.reference!.startMs / 1000 + state.hour * HOUR, "x", true);
  ctx.save();
  ctx.strokeStyle = css("--now");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top - 6 * devicePixelRatio);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Claims: filled where official, hollow otherwise, crossed where denied; a bar over the days they speak of. */
function claims(u: uPlot, spec: Spec): void {
  const { ctx } = u;
  const size = 3.6 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = css("--claim");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const mark of spec.marks) {
    const x = u.valToPos((mark.x + mark.x1) / 2, "x", true), y = u.valToPos(mark.y, "y", true);
    if (mark.x1 > mark.x) {
      ctx.beginPath();
      ctx.moveTo(u.valToPos(mark.x, "x", true), y);
      ctx.lineTo(u.valToPos(mark.x1, "x", true), y);
      ctx.stroke();
    }
    ctx.beginPath();
    if (mark.claim.claim_status === "denied") {
      ctx.moveTo(x - size, y - size), ctx.lineTo(x + size, y + size), ctx.moveTo(x - size, y + size), ctx.lineTo(x + size, y - size);
    } else ctx.arc(x, y, size, 0, 7);
    ctx.fillStyle = mark.claim.claim_status === "official" ? css("--claim") : css("--card");
    if (mark.claim.claim_status !== "denied") ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function hover(u: uPlot, spec: Spec, tip: HTMLElement): void {
  const left = u.cursor.left ?? -1, top = u.cursor.top ?? -1, n = u.cursor.idx;
  if (left < 0 || n === null || n === undefined) {
    tip.hidden = true;
    return;
  }
  const near = spec.marks.filter((one) => {
    const x = Math.min(Math.max(u.posToVal(left, "x"), one.x), one.x1);
    return Math.hypot(u.valToPos(x, "x") - left, u.valToPos(one.y, "y") - top) < 9;
  });
  const event = spec.events.filter((one) => Math.abs(u.valToPos(seconds(one.start), "x") - left) < 4);
  const time = new Date(spec.x[n] * 1000).toISOString();
  const value = (rows: ArrayLike<number>[]) => `${number(rows[3][n], spec.apart, spec.whole)} ${spec.unit} (90 %: ${range(rows[1][n], rows[5][n], spec.apart, spec.whole)})`;
  fill(tip,
    h("b", {}, spec.daily ? shortDay(time) : `${shortDay(time)}, ${time.slice(11, 16)} UTC`), h("span", {}, `${spec.apart ? "what if less reference: " : spec.changed ? "reference: " : ""}${value(spec.reference)}`),
    spec.changed ? h("span", {}, `what if: ${value(spec.changed)}`) : null,
    ...near.map((one) => h("span", { class: "claim" }, `${one.claim.id}: ${Number(one.claim.value).toLocaleString("en-GB")} ${one.claim.unit}, ${one.claim.claim_status}, ${one.claim.publisher}`)),
    ...event.map((one) => h("span", {}, `Event: ${one.title}`)));
  tip.hidden = false;
  tip.style.left = `${Math.min(left + 62, u.root.clientWidth - tip.offsetWidth - 4)}px`;
}
