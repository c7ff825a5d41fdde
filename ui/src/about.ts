/** What the page is, what it leaves out, and where its numbers come from. */

import { fill, h } from "./dom";
import { number } from "./format";
import { on, state } from "./state";

/** Show limits, sources and parameters while the view is "about". */
export function startAbout(panel: HTMLElement): void {
  on(["view", "scenario"], () => {
    const scenario = state.scenario;
    if (state.view !== "about" || !scenario) return;
    const list = (items: string[]) => h("ul", {}, items.map((one) => h("li", {}, one)));
    fill(panel, h("section", {}, h("h2", {}, scenario.title), h("p", {}, scenario.description),
      h("p", {}, "A simulation of counted groups of people, many times over with different chance. It gives people who plan reception the size and spread of arrivals, lines, waits and needs. It does not count what happened, is not live, and is no advice to anybody on the move."),
      h("p", {}, h("a", { href: "/docs" }, "The interface for programs"), " · ", h("a", { href: "/openapi.json" }, "OpenAPI"))),
    h("section", {}, h("h2", {}, "Limits"), list(scenario.limits)), h("section", {}, h("h2", {}, "Sources"), list(scenario.sources), h("p", { class: "note" }, scenario.disclaimer)),
    h("section", {}, h("h2", {}, "Parameters"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Parameters" }, h("table", {}, h("thead", {}, h("tr", {}, ["Parameter", "Value", "Unit", "Prior", "Where it comes from"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, scenario.parameters.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name.replace(/_/g, " ")), h("td", { class: "num" }, one.value === 0 || Math.abs(one.value) >= 0.01 ? number(one.value) : one.value.toExponential(1)), h("td", {}, one.unit === "1" ? "–" : one.unit),
        h("td", {}, one.prior[0] === "fixed" ? "fixed" : `${one.prior[0]}, ${one.prior[1]} to ${one.prior[2]}`), h("td", { class: "note" }, one.source))))))));
  });
}
