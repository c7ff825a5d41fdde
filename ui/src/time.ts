/** The time bar: play, scrub, hours on several clocks, days and events. */

import { at, fill, h } from "./dom";
import { moment, zoneName } from "./format";
import { on, set, state } from "./state";

const SPEEDS = [2, 6, 12, 24];
let speed = 6;

/** Build the time bar. */
export function startTime(): void {
  const play = h("button", { id: "play", type: "button", "aria-label": "Play", onclick: () => set({ playing: !state.playing }) }, "▶");
  const slider = h("input", {
    id: "hour", type: "range", min: 0, max: 1, step: 1, "aria-label": "Hour", oninput: () => set({ hour: Number(slider.value), playing: false }),
  });
  const pace = h("select", { "aria-label": "Speed", onchange: () => (speed = Number(pace.value)) },
    SPEEDS.map((one) => h("option", { value: String(one), selected: one === speed }, `${one} h/s`)));
  const clocks = h("p", { id: "clocks" });
  const marks = h("div", { id: "marks", "aria-hidden": "true" });
  fill(at("time"), h("div", { class: "row" }, play, pace, clocks), h("div", { class: "track" }, marks, slider));

  on(["hour", "post", "reference"], () => {
    const shown = state.reference, scenario = state.scenario;
    if (!shown || !scenario) return;
    slider.max = String(shown.hours - 1);
    slider.value = String(state.hour);
    const now = shown.startMs + state.hour * 3_600_000;
    const post = scenario.posts.find((one) => one.id === state.post);
    const zones = [...new Set([...(post ? [post.zone] : []), scenario.home.zone])];
    const texts = zones.map((zone) => `${moment(now, zone)} (${zoneName(zone, now)})`);
    slider.setAttribute("aria-valuetext", texts[0]);
    fill(clocks, h("b", {}, texts[0]), ...texts.slice(1).map((text) => h("span", {}, text)), h("span", {}, `${moment(now, "UTC")} UTC`));
  });
  on(["reference"], () => fill(marks, ...ticks()));
  on(["playing"], () => {
    play.textContent = state.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
    if (state.playing) run();
  });
}

function ticks(): HTMLElement[] {
  const shown = state.reference!, scenario = state.scenario!;
  const place = (ms: number) => `${(((ms - shown.startMs) / 3_600_000 / (shown.hours - 1)) * 100).toFixed(2)}%`;
  const out: HTMLElement[] = [];
  const days = shown.hours / 24;
  const room = Math.max(3, Math.min(9, Math.floor(at("time").clientWidth / 72)));
  for (let n = 0; n < days; n += Math.ceil(days / room)) {
    const ms = shown.startMs + n * 86_400_000;
    out.push(mark("day", place(ms), new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" })));
  }
  for (const event of scenario.events) {
    const ms = Date.parse(event.start);
    if (ms > shown.startMs && ms < shown.startMs + shown.hours * 3_600_000) out.push(mark(event.kind === "shock" ? "event main" : "event", place(ms), ""));
  }
  return out;
}

function mark(kind: string, left: string, text: string): HTMLElement {
  const one = h("span", { class: kind }, text);
  one.style.left = left;
  return one;
}

function run(): void {
  let last = performance.now(), hours = state.hour;
  const step = (now: number) => {
    if (!state.playing || !state.reference) return;
    // whole steps of the model: a slow computer skips some rather than lagging behind
    hours += ((now - last) / 1000) * speed;
    last = now;
    if (hours >= state.reference.hours - 1) set({ hour: state.reference.hours - 1, playing: false });
    else {
      set({ hour: Math.floor(hours) });
      requestAnimationFrame(step);
    }
  };
  requestAnimationFrame(step);
}
