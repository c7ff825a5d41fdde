/** "What if": change events, dates, crossings and shares; run paired members; see the differences. */

import { fill, h } from "./dom";
import { day, isoDay, number, range, shortDay, spreadWords } from "./format";
import { cancel, fetchPicture, follow, post as send, Problem, type BorderEvent, type Change, type Job, type Picture } from "./api";
import { on, set, state } from "./state";
import { claimLinks } from "./jump";
import { switcher } from "./situation";

const DAY = 86_400_000;
let panel: HTMLElement;
let live = false;
let message = "";
let started = 0;
let asked = "";
let partial = false;

/** Show the questions in the panel while the view is "what if". */
export function startWhatIf(where: HTMLElement): void {
  panel = where;
  on(["view", "reference", "changed", "changes", "shown", "members"], show);
  on(["job"], progress);
  on(["reference"], () => {
    // a shared link brings its question along
    if (state.reference && state.changes.length && !state.changed) void run();
  });
}

function show(): void {
  const scenario = state.scenario;
  if (state.view !== "whatif" || !scenario) return;
  const scroll = panel.scrollTop;
  const open = [...panel.querySelectorAll("details[open]")].map((one) => one.id);
  const focus = document.activeElement?.id;
  fill(panel, h("section", {}, h("h2", {}, "What if …"),
    h("p", { class: "note" }, "Switch events, move their dates, close or widen a crossing. The same random draws run with and without the change, so that the difference is the change and not chance. For planning reception; it tells nobody where to go."),
    changeList(), controls()), results(), ways(), bans(), events());
  for (const id of open) (document.getElementById(id) as HTMLDetailsElement | null)?.setAttribute("open", "");
  panel.scrollTop = scroll;
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  progress();
}

function change(changes: Change[]): void {
  set({ changes });
  if (live) void run();
}

/** Replace the change of the same kind on the same thing, or take it out where there is none to make. */
function put(kind: Change["kind"], subject: string, made: Change | null): void {
  const others = state.changes.filter((one) => !(one.kind === kind && ("event" in one ? one.event : one.crossing) === subject));
  change(made ? [...others, made] : others);
}

function title(change: Change): string {
  const scenario = state.scenario!;
  const event = (id: string) => scenario.events.find((one) => one.id === id)?.title ?? id;
  const eventZone = (id: string) => scenario.events.find((one) => one.id === id)?.zone ?? "UTC";
  const place = (id: string) => scenario.posts.find((one) => one.id === id)?.name ?? id;
  const until = (one: { crossing: string; start: string; end: string | null }) => {
    const zone = scenario.posts.find((post) => post.id === one.crossing)?.zone ?? "UTC";
    return `from ${day(Date.parse(one.start), zone)}${one.end ? ` to ${day(Date.parse(one.end), zone)}` : ""}`;
  };
  switch (change.kind) {
    case "switch": return `${event(change.event)}: ${change.on ? "on" : "off"}`;
    case "move": return `${event(change.event)}: from ${day(Date.parse(change.start), eventZone(change.event))}`;
    case "close": return `${place(change.crossing)} shut ${until(change)}`;
    case "open": return `${place(change.crossing)} open`;
    case "lanes": return `${place(change.crossing)}: capacity × ${change.factor} ${until(change)}`;
    case "exempt": return `${event(change.event)}: ${number(change.share * 100)} % exempt`;
  }
}

function changeList(): HTMLElement {
  if (!state.changes.length) return h("p", { class: "empty" }, "No change yet.");
  return h("ul", { class: "changes", "aria-label": "Changes" }, state.changes.map((one) => h("li", {}, title(one),
    h("button", { type: "button", "aria-label": `Remove: ${title(one)}`, onclick: () => change(state.changes.filter((other) => other !== one)) }, "×"))));
}

function controls(): HTMLElement {
  const numbers = [...new Set([state.members || 100, 50, 100, 200, 400])].sort((a, b) => a - b).map((one) => h("option", { value: String(one), selected: one === state.members }, `${one} runs`));
  return h("div", {},
    h("div", { class: "row" },
      h("button", { type: "button", id: "run", class: "main", disabled: !state.changes.length || !state.reference || !!state.job, onclick: () => void run() }, "Run"),
      h("select", { id: "members", "aria-label": "Number of runs", onchange: (event: Event) => set({ members: Number((event.target as HTMLSelectElement).value) }) }, numbers),
      h("label", {}, h("input", { id: "live", type: "checkbox", checked: live, onchange: (event: Event) => { live = (event.target as HTMLInputElement).checked; if (live && state.changes.length) void run(); } }), " run after every change"),
      h("button", { type: "button", class: "plain", disabled: !state.changes.length, onclick: () => { set({ changed: null, shown: "reference" }); change([]); } }, "Start over")),
    h("div", { id: "progress", "aria-live": "polite" }));
}

function progress(): void {
  const where = document.getElementById("progress");
  const button = document.getElementById("run") as HTMLButtonElement | null;
  if (button) button.disabled = !state.changes.length || !state.reference || !!state.job;
  if (!where) return;
  const job = state.job;
  if (!job) {
    fill(where, message ? h("p", { class: "note" }, message) : null);
    return;
  }
  const left = job.seconds_left === null ? "" : `, about ${Math.ceil(job.seconds_left)} s left`;
  const text = job.state === "queued" ? "waiting for its turn" : `${job.done} of ${job.total} runs${left}`;
  const bar = where.querySelector("progress");
  if (bar) {
    // in place: a button that is built anew cannot be pressed
    bar.value = job.done;
    where.querySelector("span")!.textContent = text;
    return;
  }
  fill(where, h("progress", { max: job.total, value: job.done, "aria-label": "Progress" }),
    h("p", { class: "note" }, h("span", {}, text), " ", h("button", { type: "button", id: "cancel", onclick: () => void cancel(job) }, "Cancel")));
}

/** Ask the server, follow the job, show the answer. */
async function run(): Promise<void> {
  if (state.job || !state.changes.length) return;
  const question = JSON.stringify(state.changes);
  asked = question;
  started = performance.now();
  message = "";
  try {
    const job = await send<Job>("/api/comparisons", { scenario: state.scenario!.name, basis: state.basis, changes: state.changes, members: state.members });
    let first = "", asking = false;
    const end = await follow(job, (step) => {
      set({ job: { ...step } });
      if (!step.early || asking) return;
      asking = true;
      // the first runs already tell what kind of answer it is
      void fetchPicture(job.id).then((few) => {
        if (state.job?.id !== job.id) return;
        first = `first ${few.members} after ${elapsed()} s, `;
        answer(few, state.job);
      }).catch(() => undefined);
    });
    if (end.state === "cancelled") message = "Cancelled.";
    else {
      const changed = await fetchPicture(end.id);
      message = `${changed.members} paired runs: ${first}all after ${elapsed()} s from click to picture.`;
      answer(changed, null);
    }
  } catch (error) {
    message = error instanceof Problem ? error.message : String(error);
  }
  set({ job: null });
  if (partial) show();
  if (live && JSON.stringify(state.changes) !== asked && state.changes.length) void run();
}

function say(text: string): void {
  message = text;
  progress();
}

function elapsed(): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}

/** Show an answer, of some runs while the job goes on, of all when it is over; once for all that changes with it. */
function answer(changed: Picture, job: Job | null): void {
  partial = job !== null;
  set({ changed, job, shown: state.shown === "reference" ? "changed" : state.shown });
}

// ---------------------------------------------------------------------------------------------------------------------
// What can be changed

function input(id: string, label: string, type: string, more: Record<string, unknown>): [HTMLElement, HTMLInputElement] {
  const field = h("input", { id, type, ...more });
  return [h("label", { class: "field" }, label, field), field];
}

function ways(): HTMLElement {
  const scenario = state.scenario!;
  const posts = [...scenario.posts].sort((a, b) => a.name.localeCompare(b.name));
  const post = h("select", { id: "way-post" }, posts.map((one) => h("option", { value: one.id, selected: one.id === state.post }, `${one.name} (${scenario.countries.find((c) => c.id === one.country)!.name})`)));
  const kind = h("select", { id: "way-kind" }, h("option", { value: "close" }, "shut"), h("option", { value: "open" }, "open (lift closures)"), h("option", { value: "lanes" }, "capacity ×"));
  const [factorLabel, factor] = input("way-factor", "times", "number", { min: 0.1, max: 20, step: 0.1, value: "1.5" });
  const [startLabel, start] = input("way-start", "from", "date", { value: isoDay(Date.parse(scenario.announcement), "UTC"), min: scenario.start.slice(0, 10), max: scenario.end.slice(0, 10) });
  const [endLabel, end] = input("way-end", "until (or empty)", "date", { min: scenario.start.slice(0, 10) });
  const refresh = () => {
    factorLabel.hidden = kind.value !== "lanes";
    startLabel.hidden = endLabel.hidden = kind.value === "open";
  };
  kind.addEventListener("change", refresh);
  refresh();
  const add = () => {
    if (kind.value !== "open" && !start.value) return say("Give the day from which it holds.");
    if (kind.value === "lanes" && !(Number(factor.value) > 0)) return say("Give by how much the capacity is multiplied, more than 0.");
    message = "";
    const local = scenario.posts.find((one) => one.id === post.value)!;
    const time = (date: string) => midnight(date, local.zone);
    const period = { start: time(start.value), end: end.value ? time(end.value) : null };
    if (kind.value === "close") put("close", post.value, { kind: "close", crossing: post.value, ...period });
    else if (kind.value === "open") put("open", post.value, { kind: "open", crossing: post.value });
    else put("lanes", post.value, { kind: "lanes", crossing: post.value, factor: Number(factor.value), modes: [], ...period });
  };
  return h("details", { id: "d-ways", open: true }, h("summary", {}, "Crossings: shut, open, more lanes"),
    h("div", { class: "form" }, h("label", { class: "field" }, "crossing", post), h("label", { class: "field" }, "is", kind), factorLabel, startLabel, endLabel,
      h("button", { type: "button", id: "way-add", onclick: add }, "Add")),
    h("p", { class: "note" }, "Days begin at local midnight at the crossing. One lane beside two is capacity × 1.5, on the way out, both sides."));
}

/** Return local midnight of a day as an instant. */
function midnight(date: string, zone: string): string {
  const guess = Date.parse(`${date}T00:00Z`);
  const shown = new Date(new Date(guess).toLocaleString("en-US", { timeZone: zone })).getTime() - new Date(new Date(guess).toLocaleString("en-US", { timeZone: "UTC" })).getTime();
  return new Date(guess - shown).toISOString();
}

function bans(): HTMLElement | null {
  const found = state.scenario!.events.filter((event) => event.exempt !== null);
  if (!found.length) return null;
  return h("details", { id: "d-bans" }, h("summary", {}, "Entry bans: share exempt"), found.map((event) => {
    const made = state.changes.find((one) => one.kind === "exempt" && one.event === event.id) as { share: number } | undefined;
    const percent = Math.round((made?.share ?? event.exempt!) * 100);
    const out = h("output", {}, `${percent} %`);
    const slider = h("input", {
      id: `exempt-${event.id}`, type: "range", min: 0, max: 100, step: 1, value: String(percent), oninput: () => (out.textContent = `${slider.value} %`),
      onchange: () => put("exempt", event.id, Math.abs(Number(slider.value) / 100 - event.exempt!) < 0.004 ? null : { kind: "exempt", event: event.id, share: Number(slider.value) / 100 }),
    });
    return h("label", { class: "field wide" }, event.title, slider, out);
  }));
}

function events(): HTMLElement {
  const scenario = state.scenario!;
  const sorted = [...scenario.events].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  return h("details", { id: "d-events", open: true }, h("summary", {}, `Events (${sorted.length}): on or off, earlier or later`),
    h("ol", { class: "events" }, sorted.map((event) => row(event))));
}

function row(event: BorderEvent): HTMLElement {
  const switched = state.changes.find((one) => one.kind === "switch" && one.event === event.id) as { on: boolean } | undefined;
  const moved = state.changes.find((one) => one.kind === "move" && one.event === event.id) as { start: string } | undefined;
  const is = switched ? switched.on : event.enabled;
  const by = moved ? Math.round((Date.parse(moved.start) - Date.parse(event.start)) / DAY) : 0;
  const box = h("input", { id: `event-${event.id}`, type: "checkbox", checked: is, onchange: () => put("switch", event.id, box.checked === event.enabled ? null : { kind: "switch", event: event.id, on: box.checked }) });
  const shift = (days: number) => put("move", event.id, days === 0 ? null : {
    kind: "move", event: event.id, start: new Date(Date.parse(event.start) + days * DAY).toISOString(),
  });
  const days = h("input", { id: `move-${event.id}`, type: "number", value: String(by), min: -14, max: 14, step: 1, "aria-label": `Move ${event.title} by days`, onchange: () => shift(Math.max(-60, Math.min(60, Number(days.value) || 0))) });
  return h("li", { id: `row-${event.id}`, class: [is ? "" : "off", switched || moved ? "edited" : ""].join(" ") },
    h("label", {}, box, h("b", {}, event.title)), h("span", { class: "shift" }, "move by ", days, " days"),
    h("small", {}, `${event.label} · ${event.from} · ${event.what}`, ...(event.evidence.length ? [" · evidence ", ...claimLinks(event.evidence)] : [])));
}

// ---------------------------------------------------------------------------------------------------------------------
// What comes of it

function results(): HTMLElement | null {
  const changed = state.changed;
  if (!changed) return null;
  const scenario = state.scenario!;
  const name = (id: string) => id === scenario.home.id ? scenario.home.name : (scenario.countries.find((one) => one.id === id)?.name ?? (id || "all countries"));
  const rows = changed.effects.map((one) => {
    const whole = one.unit !== "hours";
    const value = (n: number | null) => number(n ?? NaN, false, whole);
    return h("tr", { class: one.certain ? "" : "soft" }, h("th", { scope: "row" }, one.place || name(one.country), ["all", "air"].includes(one.mode) ? "" : ` (${one.mode})`, h("small", {}, one.label)),
      h("td", { class: "num" }, value(one.reference)), h("td", { class: "num" }, value(one.changed)),
      h("td", { class: "num" }, h("b", {}, number(one.difference ?? NaN, true, whole)), h("small", {}, range(one.q05 ?? NaN, one.q95 ?? NaN, true, whole))));
  });
  const period = changed.effects[0] ? `${shortDay(changed.effects[0].start)} to ${shortDay(changed.effects[0].end)}` : "";
  const files = `/api/runs/${changed.job}`;
  const partly = partial ? h("p", { class: "note" }, `The first ${changed.members} runs; ${state.job ? "the others follow" : "the others were cancelled"}.`) : null;
  return h("section", { id: "results" }, h("h2", {}, "Difference to the reference"), switcher(), partly,
    rows.length ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Differences" }, h("table", { id: "differences" }, h("thead", {}, h("tr", {}, ["Where, what", "Reference", "What if", "Difference"].map((text, n) => h("th", { scope: "col", class: n ? "num" : "" }, text, n === 3 ? h("small", {}, "90 % of paired runs") : n ? h("small", {}, "mean") : null)))), h("tbody", {}, rows))) : h("p", {}, "No member differs in any figure."),
    h("p", { class: "note" }, `${rows.length ? `Flows are sums over ${period}, lines and waits as named. Grey: the mean difference cannot be told from zero. ` : ""}${spreadWords(changed.spread, changed.known)}`),
    partial ? null : h("p", {}, h("a", { href: `${files}/scenario.yaml`, download: "scenario.yaml", id: "yaml" }, "Changed scenario (YAML)"), " · ", h("a", { href: `${files}/summary.csv`, download: "" }, "Its figures (CSV)"), " · ", h("a", { href: `${files}/briefing.html`, download: "" }, "Its briefing")));
}
