/** Jumping: from a claim to where it is used, and from what uses it to the claim. */

import { h } from "./dom";
import { set, state } from "./state";

export type Use = { kind: string; id: string; title: string };

/** Return a button that shows a claim in the ledger. */
export function claimLink(id: string): HTMLElement {
  return h("button", { type: "button", class: "plain claim-link", title: `Show ${id} in the ledger`, onclick: () => showClaim(id) }, id);
}

/** Return buttons for claims, with commas between. */
export function claimLinks(ids: string[]): (Node | string)[] {
  return ids.flatMap((id, n) => (n ? [", ", claimLink(id)] : [claimLink(id)]));
}

function showClaim(id: string): void {
  set({ wanted: id, view: "evidence" });
}

/** Return words with the claims that they name as buttons. */
export function withClaims(text: string): (Node | string)[] {
  const known = new Set(state.claims.map((one) => one.id));
  return text.split(/\b([A-Z]+\d+)\b/).map((part) => (known.has(part) ? claimLink(part) : part));
}

/** Return a button that leads to where a claim is used: the row of an event, or of what has it as its source. */
export function useLink(use: Use): HTMLElement {
  const text = use.kind === "event" ? use.title : `${use.kind}: ${use.title}`;
  const go = () => (use.kind === "event" ? spot("whatif", `row-${use.id}`) : spot("about", sourceRow(use)));
  return h("button", { type: "button", class: "plain use", onclick: go }, text);
}

/** Return the name of the row that says where something comes from. */
export function sourceRow(one: { kind: string; id: string }): string {
  return `from-${one.kind.replace(/ /g, "-")}-${one.id}`;
}

/** Show a view and bring one of its rows into sight. */
function spot(view: "whatif" | "about", id: string): void {
  set({ view });
  const row = document.getElementById(id);
  row?.closest("details")?.setAttribute("open", "");
  row?.scrollIntoView({ block: "center" });
  row?.classList.add("flash");
}
