/** An article: paste or drop it, see what it claims in the text itself, accept claims into a working scenario. */

import { fill, h } from "./dom";
import { number } from "./format";
import { post, Problem } from "./api";
import { state } from "./state";

type Finding = {
  kind: "claim" | "event"; quantity: string; value: number; low: number | null; high: number | null; hedge: string; unit: string; first: string; last: string;
  place: string; country: string; status: string; planned: boolean; said_by: string; start: number; end: number; quote: string; confidence: number;
};
type Reading = { text: string; published: string | null; findings: Finding[] };
type Working = { scenario: string; notes: string[]; diff: string };

const MOST = 350_000; // bytes of a dropped file
const TYPES = [".txt", ".html", ".htm", ".md", ".pdf"];
const form = { text: "", published: "", publisher: "", url: "" };
let reading: Reading | null = null;
let chosen = new Set<number>();
let message = "";
let working: Working | null = null;
let place: HTMLElement;

/** Return the part of the evidence view that reads articles. */
export function articlePart(): HTMLElement {
  place = h("section", { id: "article" });
  show();
  return place;
}

function show(): void {
  const field = (key: keyof typeof form, label: string, type: string) => {
    const input = h("input", { id: `article-${key}`, type, value: form[key], oninput: () => (form[key] = input.value) });
    return h("label", { class: "field" }, label, input);
  };
  const area = h("textarea", {
    id: "article-text", rows: 7, "aria-label": "Text of an article", placeholder: "Paste a news report here, or drop a text, HTML or PDF file", oninput: () => (form.text = area.value),
    ondragover: (event: DragEvent) => event.preventDefault(),
    ondrop: (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void readFile(file);
    },
  });
  area.value = form.text;
  fill(place, h("h2", {}, "Read an article"),
    h("p", { class: "note" }, "Rules look for figures and events, each with the words it rests on; nothing leaves this computer. Check every one before you accept it."), area,
    h("div", { class: "form" }, field("published", "published on", "date"), field("publisher", "publisher", "text"), field("url", "address (optional)", "url"),
      h("button", { type: "button", id: "article-read", class: "main", onclick: () => void ask({ text: form.text }) }, "Read")),
    h("p", { id: "article-said", class: "note", role: "status" }, message), ...(reading ? outcome(reading) : []));
}

async function readFile(file: File): Promise<void> {
  const type = TYPES.find((one) => file.name.toLowerCase().endsWith(one));
  if (!type || file.size > MOST) {
    message = !type ? `Only ${TYPES.join(", ")} files can be read.` : `The file has ${Math.round(file.size / 1000)} kB; ${MOST / 1000} kB is the limit.`;
    show();
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (const one of bytes) binary += String.fromCharCode(one);
  await ask({ file: btoa(binary), type });
}

async function ask(given: Record<string, unknown>): Promise<void> {
  working = null;
  try {
    reading = await post<Reading>("/api/articles", { ...given, scenario: state.scenario!.name, ...(form.published ? { published: form.published } : {}) });
    form.text = reading.text;
    form.published ||= reading.published ?? "";
    chosen = new Set(reading.findings.map((_, n) => n).filter((n) => reading!.findings[n].status !== "denied"));
    message = `${reading.findings.length} findings.`;
  } catch (error) {
    reading = null;
    message = error instanceof Problem ? error.message : String(error);
  }
  show();
}

function outcome(shown: Reading): HTMLElement[] {
  return [
    h("div", { class: "twin" }, h("div", { id: "article-shown", tabindex: 0, role: "region", "aria-label": "Article with findings marked" }, ...highlighted(shown)), h("ol", { id: "findings" }, shown.findings.map(card))),
    h("div", { class: "row" },
      h("button", { type: "button", id: "accept", class: "main", disabled: !shown.findings.length, onclick: () => void accept() }, "Accept the chosen into a working scenario"),
      h("span", { class: "note" }, "A copy: the scenario itself stays as it is.")),
    ...(working ? [result(working)] : []),
  ];
}

/** The text with its spans marked; text only, whatever it holds. */
function highlighted(shown: Reading): (Node | string)[] {
  const cuts = [...new Set(shown.findings.flatMap((one) => [one.start, one.end]).concat(0, shown.text.length))].sort((a, b) => a - b);
  // positions count letters as Python does, not halves of pairs
  const letters = [...shown.text];
  const out: (Node | string)[] = [];
  for (let n = 0; n + 1 < cuts.length; n++) {
    const text = letters.slice(cuts[n], cuts[n + 1]).join("");
    if (!text) continue;
    const over = shown.findings.map((_, k) => k).filter((k) => shown.findings[k].start <= cuts[n] && cuts[n + 1] <= shown.findings[k].end);
    out.push(over.length ? h("mark", { title: over.map((k) => `${k + 1}: ${shown.findings[k].quantity.replace(/_/g, " ")}`).join("; ") }, text, h("sup", {}, over.map((k) => k + 1).join(","))) : text);
  }
  return out;
}

function card(one: Finding, n: number): HTMLElement {
  const box = h("input", { type: "checkbox", id: `finding-${n}`, checked: chosen.has(n), onchange: () => (box.checked ? chosen.add(n) : chosen.delete(n)) });
  const value = one.kind === "event" ? (one.value ? "" : " – not so") : `: ${one.hedge !== "exact" ? `${one.hedge} ` : ""}${number(one.value)} ${one.unit}${one.low !== null && one.high !== null ? ` (${number(one.low)} to ${number(one.high)})` : ""}`;
  return h("li", {}, h("label", {}, box, h("b", {}, one.quantity.replace(/_/g, " ")), value),
    h("small", {}, [one.place || "place not given", one.first === one.last ? one.first : `${one.first} to ${one.last}`, one.status, one.planned ? "planned" : "", one.said_by ? `said by ${one.said_by}` : ""].filter(Boolean).join(" · ")),
    h("q", {}, one.quote));
}

async function accept(): Promise<void> {
  try {
    working = await post<Working>("/api/working-scenarios", {
      scenario: state.scenario!.name, findings: reading!.findings.filter((_, n) => chosen.has(n)), publisher: form.publisher || "unnamed", url: form.url, published: form.published,
    });
    message = `Accepted into ${working.scenario}.`;
  } catch (error) {
    message = error instanceof Problem ? error.message : String(error);
  }
  show();
}

function result(made: Working): HTMLElement {
  return h("div", { id: "working" }, h("h3", {}, made.scenario), h("ul", {}, made.notes.map((one) => h("li", {}, one))),
    h("details", {}, h("summary", {}, "What changed in the files"), h("pre", { tabindex: 0 }, made.diff)),
    h("p", {}, h("a", { id: "open-working", href: `/#scenario=${made.scenario}&view=whatif`, onclick: () => setTimeout(() => location.reload(), 0) }, "Open the working scenario"), " · ",
      h("a", { href: `/api/scenarios/${made.scenario}/files.zip`, download: "" }, "Download its files")));
}
