/** The ledger: every claim with its source, filterable, and where the scenario uses it. */

import { fill, h } from "./dom";
import type { Claim } from "./api";
import { get } from "./api";
import { number } from "./format";
import { on, set, state } from "./state";
import { claimLink, useLink, type Use } from "./jump";
import { articlePart } from "./article";

const MOST = 150;
const filter = { text: "", quantity: "", status: "" };
let panel: HTMLElement;

/** Show the ledger in the panel while the view is the evidence. */
export function startEvidence(where: HTMLElement): void {
  panel = where;
  on(["view", "claims"], show);
  on(["wanted"], seek);
}

/** Show the claim that somebody followed a link to. */
function seek(): void {
  if (state.view !== "evidence" || !state.wanted) return;
  const id = state.wanted;
  Object.assign(filter, { text: id.toLowerCase(), quantity: "", status: "" });
  set({ wanted: "" });
  show();
  const row = document.getElementById(`claim-${id}`);
  row?.scrollIntoView({ block: "center" });
  row?.classList.add("flash");
}

function show(): void {
  if (state.view !== "evidence") return;
  const choose = (key: "quantity" | "status", field: string, label: string) => {
    const values = [...new Set(state.claims.map((one) => one[field] as string).filter(Boolean))].sort();
    return h("label", { class: "field" }, label, h("select", { id: `filter-${key}`, onchange: (event: Event) => { filter[key] = (event.target as HTMLSelectElement).value; rows(); } },
      h("option", { value: "" }, "all"), values.map((one) => h("option", { value: one, selected: filter[key] === one }, one.replace(/_/g, " ")))));
  };
  const search = h("input", { id: "filter-text", type: "search", value: filter.text, placeholder: "place, publisher, id", oninput: () => { filter.text = search.value.toLowerCase(); rows(); } });
  fill(panel, h("section", {}, h("h2", {}, "Ledger"), h("p", { class: "note" }, "Every figure the scenario rests on, with its publisher. Contradictory claims stay side by side."),
    h("details", { id: "contradictions" }, h("summary", {}, "Contradictions")),
    h("div", { class: "form" }, h("label", { class: "field" }, "find", search), choose("quantity", "quantity", "quantity"), choose("status", "claim_status", "status")),
    h("p", { id: "found", class: "note", role: "status" }), h("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Ledger" }, h("table", { id: "ledger" }, h("thead", {}, h("tr", {},
      ["Claim", "Days", "Place", "Says", "Status", "Publisher", "Used in", "Note"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", { id: "ledger-rows" })))));
  panel.prepend(articlePart());
  void contradictions();
  rows();
}

type Group = { place: string; country: string; quantity: string; first: string; last: string; claims: string[]; low: number; high: number; unit: string; gap: number };

/** Claims that cannot all be right, side by side. */
async function contradictions(): Promise<void> {
  const where = document.getElementById("contradictions")!;
  const groups = await get<Group[]>(`/api/scenarios/${state.scenario!.name}/contradictions`);
  const known = new Map(state.claims.map((one) => [one.id, one]));
  fill(where, h("summary", {}, `Contradictions (${groups.length})`), ...groups.map((group) => h("div", { class: "group" },
    h("h3", {}, `${group.place}: ${group.quantity.replace(/_/g, " ")}, ${group.first === group.last ? group.first : `${group.first} to ${group.last}`}`),
    h("p", { class: "note" }, `${number(group.low)} to ${number(group.high)} ${group.unit}`),
    h("div", { class: "sides" }, group.claims.map((id) => {
      const claim = known.get(id);
      return h("div", { class: "side" }, h("b", {}, claim ? `${number(Number(claim.value))} ${claim.unit}` : id), h("span", {}, claim ? `${claim.publisher}, ${claim.claim_status}` : ""), h("small", {}, claimLink(id), claim?.note ? ` · ${claim.note}` : ""));
    })))));
}

function rows(): void {
  const body = document.getElementById("ledger-rows");
  if (!body) return;
  const wanted = state.claims.filter((one) => (!filter.quantity || one.quantity === filter.quantity) && (!filter.status || one.claim_status === filter.status) &&
    (!filter.text || [one.id, one.place, one.publisher, one.note, one.quantity].join(" ").toLowerCase().includes(filter.text)));
  document.getElementById("found")!.textContent = `${wanted.length} of ${state.claims.length} claims${wanted.length > MOST ? `, the first ${MOST} shown` : ""}`;
  fill(body, wanted.slice(0, MOST).map(row));
}

function row(claim: Claim): HTMLElement {
  const uses = claim.used_in as unknown as Use[];
  const value = Number(claim.value);
  const address = /^https?:\/\//.test(claim.source_url) ? claim.source_url : "";
  return h("tr", { id: `claim-${claim.id}` }, h("th", { scope: "row" }, claim.id), h("td", { class: "day" }, claim.date, claim.date_end ? ` – ${claim.date_end}` : ""), h("td", {}, claim.place),
    h("td", {}, claim.quantity.replace(/_/g, " "), claim.unit === "flag" ? "" : `: ${Number.isFinite(value) ? value.toLocaleString("en-GB") : claim.value} ${claim.unit}`), h("td", {}, claim.claim_status),
    h("td", {}, address ? h("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, claim.publisher || "source") : claim.publisher),
    h("td", {}, uses.slice(0, 4).map(useLink), uses.length > 4 ? h("details", {}, h("summary", {}, `and ${uses.length - 4} more`), uses.slice(4).map(useLink)) : null),
    h("td", { class: "note" }, claim.note));
}
