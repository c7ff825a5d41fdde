/** What the page is, what it leaves out, and where its numbers come from. */

import { fill, h } from "./dom";
import { get } from "./api";
import { day, number, range } from "./format";
import { claimLink, claimLinks, sourceRow, withClaims } from "./jump";
import { on, state } from "./state";

type Unknown = { name: string; kind: string; unit: string; prior_low: number; prior_median: number; prior_high: number; low: number; median: number; high: number; verdict: string; informed_by: string };
type Report = { id: string; label: string; start: string; end: string; value: number; posterior_q05: number; posterior_q50: number; posterior_q95: number; prior_q05: number; prior_q50: number; prior_q95: number };
type Fit = { known: string; draws: number; reports: number; learned: number; unknowns: Unknown[]; observations: Report[] };

/** Show limits, sources and parameters while the view is "about". */
export function startAbout(panel: HTMLElement): void {
  on(["view", "scenario", "claims"], () => {
    const scenario = state.scenario;
    if (state.view !== "about" || !scenario) return;
    const list = (items: string[]) => h("ul", {}, items.map((one) => h("li", {}, one)));
    fill(panel, h("section", {}, h("h2", {}, scenario.title), h("p", {}, scenario.description),
      h("p", {}, "A simulation of counted groups of people, many times over with different chance. It gives people who plan reception the size and spread of arrivals, lines, waits and needs. It does not count what happened, is not live, and is no advice to anybody on the move."),
      h("p", {}, h("a", { href: "/docs" }, "The interface for programs"), " · ", h("a", { href: "/openapi.json" }, "OpenAPI"))),
    h("section", { id: "fit" }), h("section", {}, h("h2", {}, "Limits"), list(scenario.limits)), h("section", {}, h("h2", {}, "Sources"), list(scenario.sources), h("p", { class: "note" }, scenario.disclaimer)),
    h("section", {}, h("h2", {}, "Parameters"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Parameters" }, h("table", {}, h("thead", {}, h("tr", {}, ["Parameter", "Value", "Unit", "Prior", "Where it comes from"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, scenario.parameters.map((one) => h("tr", { id: sourceRow({ kind: "parameter", id: one.name }) }, h("th", { scope: "row" }, one.name.replace(/_/g, " ")), h("td", { class: "num" }, one.value === 0 || Math.abs(one.value) >= 0.01 ? number(one.value) : one.value.toExponential(1)), h("td", {}, one.unit === "1" ? "–" : one.unit),
        h("td", {}, one.prior[0] === "fixed" ? "fixed" : `${one.prior[0]}, ${one.prior[1]} to ${one.prior[2]}`), h("td", { class: "note" }, ...withClaims(one.source)))))))),
    ...others());
    if (scenario.forecast) void showFit(scenario.name);
  });
}

/** Where the numbers of groups, countries, places, lanes and ordinary traffic come from. */
function others(): HTMLElement[] {
  const rows = state.sources.filter((one) => one.kind !== "parameter");
  const kinds = [...new Set(rows.map((one) => one.kind))];
  return [h("section", { id: "sources" }, h("h2", {}, "Where the other numbers come from"), kinds.map((kind) => {
    const own = rows.filter((one) => one.kind === kind);
    return h("details", {}, h("summary", {}, `${WORDS[kind] ?? kind} (${own.length})`), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": WORDS[kind] ?? kind }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "What"), h("th", { scope: "col" }, "Where it comes from"))),
      h("tbody", {}, own.map((one) => h("tr", { id: sourceRow(one) }, h("th", { scope: "row" }, one.title), h("td", { class: "note" }, ...withClaims(one.text))))))));
  }))];
}

const WORDS: Record<string, string> = {
  group: "Groups of people", country: "Countries", place: "Places", capacity: "What crossings can let through", "ordinary traffic": "Ordinary traffic",
};

/** What reports taught, and how well the fit retells them. */
async function showFit(name: string): Promise<void> {
  const address = `/api/scenarios/${name}/fit`;
  const fit = await get<Fit>(address);
  const where = document.getElementById("fit");
  if (!where) return;
  const known = day(Date.parse(fit.known));
  const image = (file: string, text: string) => h("figure", { class: "fit-picture" }, h("a", { href: `${address}/${file}.png` }, h("img", { src: `${address}/${file}.png`, alt: text, loading: "lazy" })), h("figcaption", {}, text));
  const lasting = fit.unknowns.filter((one) => one.kind !== "noise");
  const small = (one: number) => (one === 0 || Math.abs(one) >= 0.1 ? number(one) : one.toPrecision(2));
  const table = (label: string, heads: string[], rows: (Node | string)[][]) => h("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": label }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((one) => h("td", {}, one)))))));
  fill(where, h("h2", {}, `The fit to what was known on ${known}`),
    h("p", {}, `${fit.reports} reports were used; ${fit.learned} of ${lasting.length} unknowns were learned from them, the others stay where their priors were. A forecast takes a draw of this fit for each run, and adds changes that nobody knows of yet: other demand, checks, capacities.`),
    h("div", { class: "fit-pictures" }, image("predictive", "Reports (marks) beside what the fit says of them: 50 and 90 % of its draws"), image("parameters", "Prior and posterior of the unknowns that were learned")),
    h("details", {}, h("summary", {}, `Reports beside the fit, as a table (${fit.observations.length})`), table("Reports and fit", ["Claim", "What, where", "Days", "Reported", "Fit: median (90 %)", "Before any report: median (90 %)"],
      fit.observations.map((one) => [claimLink(one.id), one.label.replace(/_/g, " "), one.start === one.end ? one.start : `${one.start} to ${one.end}`, number(one.value),
        `${number(one.posterior_q50)} (${range(one.posterior_q05, one.posterior_q95)})`, `${number(one.prior_q50)} (${range(one.prior_q05, one.prior_q95)})`]))),
    h("details", {}, h("summary", {}, `Unknowns before and after, as a table (${lasting.length})`), table("Unknowns", ["Unknown", "Unit", "Prior: median (90 %)", "Fit: median (90 %)", "Learned?", "From"],
      lasting.map((one) => [one.name.replace(/_/g, " "), one.unit === "1" ? "–" : one.unit, `${small(one.prior_median)} (${small(one.prior_low)} to ${small(one.prior_high)})`,
        `${small(one.median)} (${small(one.low)} to ${small(one.high)})`, one.verdict, h("span", {}, ...claimLinks(one.informed_by.split(/[ ,]+/).filter((id) => /^[A-Z]+\d+$/.test(id)).slice(0, 6)))]))));
}
