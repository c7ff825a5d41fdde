/** The page: which parts there are, and what happens in which order when it opens. */

import "./style.css";
import { at, fill, h } from "./dom";
import { fetchPicture, follow, get, post, type Basis, type Claim, type Job, type Picture, type Scenario, type Source } from "./api";
import { day } from "./format";
import { link, on, recall, set, state, type View } from "./state";
import { startAbout } from "./about";
import { startCharts } from "./charts";
import { startEvidence } from "./evidence";
import { startShare } from "./share";
import { startSituation } from "./situation";
import { startTime } from "./time";
import { startWhatIf } from "./whatif";

const VIEWS: [View, string][] = [["situation", "Situation"], ["whatif", "What if"], ["evidence", "Evidence"], ["about", "About"]];

function say(text: string): void {
  at("status").textContent = text;
}

function startViews(): void {
  fill(at("views"), VIEWS.map(([key, text]) => h("button", { type: "button", id: `view-${key}`, onclick: () => set({ view: key }) }, text)));
  const mark = () => {
    document.body.dataset.view = state.view;
    for (const [key] of VIEWS) {
      if (key === state.view) at(`view-${key}`).setAttribute("aria-current", "page");
      else at(`view-${key}`).removeAttribute("aria-current");
    }
  };
  on(["view"], () => {
    mark();
    at("panel").scrollTop = 0;
  });
  mark();
}

/** What the server simulates where nobody says otherwise. */
type Usual = { members: number; seed: number };

/** Follow the run of the scenario as it is: the server starts it by itself for the first one. */
async function loadReference(scenario: Scenario, usual: Usual): Promise<void> {
  type Asked = Job & { request: Usual & { scenario: string; changes: unknown[]; until: string; basis: Basis } };
  const runs = await get<Asked[]>("/api/runs");
  // programs may have asked for other members or seeds: questions are paired with the server's own
  const own = runs.filter(({ kind, request, state: is }) => kind !== "comparison" && request.scenario === scenario.name && request.basis === state.basis &&
    request.members === usual.members && request.seed === usual.seed && !request.changes.length && !request.until && !["failed", "cancelled"].includes(is));
  const job = own.at(-1) ?? (await post<Job>("/api/runs", { scenario: scenario.name, basis: state.basis }));
  const what = state.basis === "forecast" ? "forecast" : "reference";
  let shown = 0, over = false;
  const done = await follow(job, (step) => {
    const left = step.seconds_left === null ? "" : `, about ${Math.ceil(step.seconds_left)} s left`;
    say(`Simulating the ${what}: ${step.done} of ${step.total} runs${left} …${shown > 0 ? ` Shown: the first ${shown}.` : ""}`);
    if (!step.early || shown) return;
    shown = -1;
    void fetchPicture(job.id).then((few) => {
      if (over) return;
      shown = few.members;
      show(scenario, few, step.total);
    }).catch(() => undefined);
  });
  over = true;
  // somebody else stopped it
  if (done.state === "cancelled") return loadReference(scenario, usual);
  const reference = await fetchPicture(done.id);
  show(scenario, reference, reference.members);
  set({ busy: false });
  say("");
}

/** Show runs of the scenario as it is: all, or the first of them. */
function show(scenario: Scenario, reference: Picture, members: number): void {
  const busiest = [...reference.posts].sort((a, b) => total(b) - total(a))[0];
  function total(id: string): number {
    return reference.row("queue_persons", 0, reference.posts.indexOf(id)).reduce((a, b) => a + b, 0);
  }
  const known = reference.posts.includes(state.post) ? state.post : busiest;
  const worst = reference.row("queue_persons", 0, reference.posts.indexOf(busiest));
  const hour = state.hour >= 0 && state.hour < reference.hours ? state.hour : worst.indexOf(Math.max(...worst));
  const country = scenario.countries.some((one) => one.id === state.country) ? state.country : scenario.posts.find((one) => one.id === known)!.country;
  set({ reference, post: known, country, members: state.members || members });
  // the hour last: what draws it needs the rest
  set({ hour });
}

/** What can be shown: another scenario, and its runs or its forecast. Either begins the page anew. */
function choices(names: string[], scenario: Scenario): (Node | string)[] {
  const again = (address: string) => {
    history.replaceState(null, "", address);
    location.reload();
  };
  const choose = (label: string, options: [string, string][], chosen: string, go: (value: string) => void) => h("select", { "aria-label": label, onchange: (event: Event) => go((event.target as HTMLSelectElement).value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  const out: (Node | string)[] = [];
  if (names.length > 1) out.push(choose("Scenario", names.map((one) => [one, one]), scenario.name, (value) => again(`#scenario=${value}`)));
  if (scenario.forecast) {
    const options: [string, string][] = [["scenario", "run with the scenario’s values"], ["forecast", `forecast from ${day(Date.parse(scenario.forecast))}`]];
    out.push(choose("Basis", options, state.basis, (value) => {
      state.basis = value as Basis;
      again(link());
    }));
  }
  return out;
}

async function start(): Promise<void> {
  const { scenario: wanted } = recall();
  startViews();
  startTime();
  startShare();
  const panel = at("panel");
  startSituation(panel);
  startWhatIf(panel);
  startEvidence(panel);
  startAbout(panel);
  startCharts();
  const list = await get<(Usual & { name: string; title: string })[]>("/api/scenarios");
  const name = list.some((one) => one.name === wanted) ? wanted : list[0].name;
  const scenario = await get<Scenario>(`/api/scenarios/${name}`);
  if (!scenario.forecast) state.basis = "scenario";
  document.title = `${scenario.title} – borderflow`;
  at("title").textContent = scenario.title;
  fill(at("choice"), ...choices(list.map((one) => one.name), scenario));
  fill(at("notes"), h("p", {}, scenario.disclaimer), h("p", {}, "Bows join places of origin and crossings by an estimate from totals and distance; they follow no road. Places: GeoNames (CC BY 4.0). Borders: Natural Earth, redrawn by United Nations practice."));
  set({ scenario });
  void get<{ claims: Claim[]; sources: Source[] }>(`/api/scenarios/${name}/claims`).then(set);
  // the map is most of the code: what can be read without it is there first
  void import("./map").then(({ startMap }) => startMap(scenario));
  await loadReference(scenario, list.find((one) => one.name === name)!);
  document.body.dataset.ready = "1";
}

start().catch((error) => say(`Something went wrong: ${error instanceof Error ? error.message : error}`));
