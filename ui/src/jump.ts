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

/** Return a button that leads to where a claim is used. */
export function useLink(use: Use): HTMLElement {
  const text = use.kind === "event" ? use.title : `${use.kind}: ${use.title}`;
  const go = { event: () => spot("whatif", `row-${use.id}`), parameter: () => spot("about", `param-${use.id}`) }[use.kind];
  if (go) return h("button", { type: "button", class: "plain use", onclick: go }, text);
  const scenario = state.scenario!;
  const post = scenario.posts.find((one) => one.id === use.id), country = scenario.countries.find((one) => one.id === use.id);
  if (post) return h("button", { type: "button", class: "plain use", onclick: () => set({ post: post.id, country: post.country, view: "situation" }) }, text);
  if (country) return h("button", { type: "button", class: "plain use", onclick: () => { set({ country: country.id, view: "situation" }); } }, text);
  return h("span", { class: "use" }, text);
}

/** Show a view and bring one of its rows into sight. */
function spot(view: "whatif" | "about", id: string): void {
  set({ view });
  const row = document.getElementById(id);
  row?.closest("details")?.setAttribute("open", "");
  row?.scrollIntoView({ block: "center" });
  row?.classList.add("flash");
}
