/** What the page shows, in one place: the parts read it, change it and hear of changes; the address carries it. */

import type { Basis, Change, Claim, Job, Picture, Scenario, Source } from "./api";

export type View = "situation" | "whatif" | "evidence" | "about";
export type Shown = "reference" | "changed" | "difference";

export type State = {
  view: View;
  scenario: Scenario | null;
  basis: Basis;
  reference: Picture | null;
  changed: Picture | null;
  shown: Shown;
  hour: number;
  playing: boolean;
  post: string;
  country: string;
  changes: Change[];
  members: number;
  job: Job | null;
  /** Whether the server simulates the reference. */
  busy: boolean;
  claims: Claim[];
  sources: Source[];
  camera: [number, number, number] | null;
  /** Claim that somebody wants to see in the ledger. */
  wanted: string;
};

export const state: State = {
  view: "situation", scenario: null, basis: "scenario", reference: null, changed: null, shown: "reference", hour: -1, playing: false, post: "",
  country: "", changes: [], members: 0, job: null, busy: true, claims: [], sources: [], camera: null, wanted: "",
};

type Key = keyof State;
const listeners: { keys: Key[]; call: () => void }[] = [];

/** Call when any of these parts of the state changed. */
export function on(keys: Key[], call: () => void): void {
  listeners.push({ keys, call });
}

/** Change the state and tell those who listen, each once. */
export function set(change: Partial<State>): void {
  const keys = (Object.keys(change) as Key[]).filter((key) => state[key] !== change[key]);
  if (!keys.length) return;
  Object.assign(state, change);
  for (const one of listeners) if (one.keys.some((key) => keys.includes(key))) one.call();
  remember();
}

/** The picture that the map and the list show. */
export function picture(): Picture | null {
  return state.shown === "reference" ? state.reference : (state.changed ?? state.reference);
}

/** Kinds of change that the page can show. */
const KINDS: Change["kind"][] = ["switch", "move", "close", "open", "lanes", "exempt"];

let timer = 0;

function remember(): void {
  // the address is for sharing: no need to write it with every frame
  clearTimeout(timer);
  timer = window.setTimeout(() => history.replaceState(null, "", link()), 250);
}

/** Return the address that leads back to what is shown now. */
export function link(): string {
  const about = new URLSearchParams();
  if (state.scenario) about.set("scenario", state.scenario.name);
  if (state.basis !== "scenario") about.set("basis", state.basis);
  if (state.view !== "situation") about.set("view", state.view);
  if (state.hour >= 0) about.set("hour", String(state.hour));
  if (state.post) about.set("crossing", state.post);
  if (state.country) about.set("country", state.country);
  if (state.camera) about.set("map", state.camera.map((one) => one.toFixed(3)).join(","));
  if (state.shown !== "reference") about.set("show", state.shown);
  if (state.reference && state.members !== state.reference.members) about.set("members", String(state.members));
  if (state.changes.length) about.set("changes", JSON.stringify(state.changes));
  return `${location.pathname}#${about.toString()}`;
}

/** Read the state from the address; what makes no sense there is left out. */
export function recall(): { scenario: string } {
  const about = new URLSearchParams(location.hash.slice(1));
  const text = (name: string) => about.get(name) ?? "";
  if (["whatif", "evidence", "about"].includes(text("view"))) state.view = text("view") as View;
  if (text("basis") === "forecast") state.basis = "forecast";
  if (["changed", "difference"].includes(text("show"))) state.shown = text("show") as Shown;
  if (/^\d+$/.test(text("hour"))) state.hour = Number(text("hour"));
  if (/^\d{1,3}$/.test(text("members"))) state.members = Math.min(Number(text("members")), 400);
  state.post = text("crossing");
  state.country = text("country");
  const camera = text("map").split(",").map(Number);
  if (camera.length === 3 && camera.every(Number.isFinite)) state.camera = camera as [number, number, number];
  try {
    const changes = JSON.parse(text("changes") || "[]");
    if (Array.isArray(changes)) state.changes = changes.filter((one) => one && KINDS.includes(one.kind)).slice(0, 50);
  } catch {
    state.changes = [];
  }
  return { scenario: text("scenario") };
}
