/** The map: borders by UN practice, origins, crossings by line and wait, people on their way by mode. */

import { MapboxOverlay } from "@deck.gl/mapbox";
import { PathLayer, ScatterplotLayer } from "@deck.gl/layers";
import { Map as Basemap, NavigationControl, ScaleControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
// MapLibre 6 loads its worker by address; a bundler has to be told that it is a file
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";

import { at, colour, css, fill, h } from "./dom";
import { number, range } from "./format";
import { get, type Picture, type Post, type Scenario } from "./api";
import { on, picture, set, state } from "./state";

setWorkerUrl(workerUrl);

/** Bounds of the colours of waits, in hours, as in the briefing. */
export const WAITS = [1, 6, 24, 48];
/** Words of the colours `--w0` to `--w4` and `--shut`. */
export const WAIT_WORDS = ["under 1 h", "1–6 h", "6–24 h", "24–48 h", "48 h or more", "shut"];
const MODE_WORDS = ["car", "bus", "bicycle, foot", "train", "air"];
const STEPS = 24; // pieces of a bow
const BLANK = 10; // half the side of the invisible icon, pixels

type Bow = { path: [number, number][]; exit: number; share: number; name: string };
type Spot = Post & { n: number };
type Dot = { position: [number, number]; mode: number };
type Borders = { land: GeoJSON.FeatureCollection; boundaries: GeoJSON.Geometry; disputed: GeoJSON.Geometry; admin1: GeoJSON.Geometry };

let base: Basemap;
let overlay: MapboxOverlay;
let bows: Bow[] = [];
let phase = 0;
/** What sizes mean, from the reference: the longest line, and persons a day behind one dot. */
let scale = { line: 10_000, dot: 100, modes: [0] };

/** Build the map, as soon as it can be seen: without a size there is nothing to fit. */
export async function startMap(scenario: Scenario): Promise<void> {
  const hidden = () => at("map").clientWidth === 0;
  if (hidden()) await new Promise<void>((go) => on(["view"], () => requestAnimationFrame(() => { if (!hidden()) go(); })));
  const borders = await get<Borders>("/api/borders");
  base = new Basemap({
    container: "map", style: style(borders, scenario), attributionControl: false, maxPitch: 0, dragRotate: false,
    pitchWithRotate: false, renderWorldCopies: false, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true },
    ...(state.camera ? { center: [state.camera[0], state.camera[1]], zoom: state.camera[2] } : { bounds: frame(scenario), fitBoundsOptions: { padding: 36 } }),
  });
  // deck.gl 9.4 reads the height of the map from a field that MapLibre 6 no longer shows
  const height = () => base.getContainer().clientHeight;
  if (!("transform" in base)) Object.defineProperty(base, "transform", { value: { get height() { return height(); } } });
  base.touchZoomRotate.disableRotation();
  base.keyboard.disableRotation();
  base.addControl(new NavigationControl({ showCompass: false }), "top-right");
  base.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");
  // interleaved: one canvas, which the picture of the map is taken from
  overlay = new MapboxOverlay({ interleaved: true, layers: [], pickingRadius: 6 });
  base.addControl(overlay as never);
  // the map's own click: deck.gl's wants both halves of it within a quarter of a second, which a busy computer misses
  base.on("click", ({ point }) => choose(point.x, point.y));
  base.on("moveend", () => {
    const center = base.getCenter();
    set({ camera: [center.lng, center.lat, base.getZoom()] });
  });
  base.on("idle", () => at("map").setAttribute("data-idle", "1"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    base.setStyle(style(borders, scenario));
    draw();
  });
  on(["hour", "reference", "changed", "shown", "post"], draw);
  on(["reference", "changed", "shown"], legend);
  const renew = () => {
    bows = state.reference ? findBows(scenario, state.reference) : [];
    if (state.reference) measure(state.reference);
    legend();
    label(scenario);
    draw();
  };
  on(["reference"], renew);
  let timer = 0;
  on(["hour", "shown", "changed", "job"], () => {
    // names stand beside circles that grow and shrink; while playing, and while the computer is at work, they wait
    clearTimeout(timer);
    if (!state.job) timer = window.setTimeout(() => label(scenario), 250);
  });
  on(["post"], show);
  base.setMissingStyleImageResolver((id) => {
    if (id === "blank" && !base.hasImage(id)) base.addImage(id, { width: 2 * BLANK, height: 2 * BLANK, data: new Uint8Array(16 * BLANK * BLANK) });
  });
  base.on("load", renew);
  legend();
  animate();
}

/** Return the picture of the map as it is now. */
export function mapCanvas(): HTMLCanvasElement {
  return base.getCanvas();
}

function frame(scenario: Scenario): [[number, number], [number, number]] {
  const west = scenario.posts.filter((post) => post.lon > 0);
  const lons = west.map((post) => post.lon), lats = west.map((post) => post.lat);
  // the busy stretches; those who want the far ends move the map
  return [[Math.min(...lons), Math.min(...lats) - 1.5], [Math.min(Math.max(...lons), 84), Math.min(Math.max(...lats), 66)]];
}

function style(borders: Borders, scenario: Scenario): StyleSpecification {
  const hosts = [...new Set(scenario.countries.map((one) => one.id.split("-")[0]))];
  const line = (source: string, width: number, more: object = {}) => ({
    id: source, type: "line" as const, source, paint: { "line-color": css("--edge"), "line-width": width, ...more },
  });
  const text = { "text-color": css("--ink"), "text-halo-color": css("--halo"), "text-halo-width": 1.6 };
  return {
    version: 8,
    // no glyphs: letters come from the computer's own fonts, so that every script works offline
    sources: {
      land: { type: "geojson", data: borders.land },
      names: { type: "geojson", data: names(borders.land) },
      boundaries: { type: "geojson", data: borders.boundaries },
      disputed: { type: "geojson", data: borders.disputed },
      admin1: { type: "geojson", data: borders.admin1 },
      places: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
      towns: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": css("--sea") } },
      {
        id: "land", type: "fill", source: "land",
        paint: {
          "fill-color": ["case", ["==", ["get", "id"], scenario.home.id], css("--home"), ["in", ["get", "id"], ["literal", hosts]], css("--host"), css("--land")],
        },
      },
      line("admin1", 0.5, { "line-opacity": 0.35 }),
      line("boundaries", 1),
      line("disputed", 1, { "line-dasharray": [3, 2.5] }),
      {
        id: "countries", type: "symbol", source: "names", minzoom: 1.5,
        layout: { "text-field": ["get", "name"], "text-size": 11, "text-letter-spacing": 0.08, "text-max-width": 7, "symbol-sort-key": ["get", "size"] },
        paint: { "text-color": css("--soft"), "text-halo-color": css("--halo"), "text-halo-width": 1.2 },
      },
      {
        id: "towns", type: "symbol", source: "towns", minzoom: 3.4,
        layout: {
          "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "local"], { "font-scale": 0.85 }], "text-size": 10.5,
          "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.6, "text-justify": "auto", "symbol-sort-key": ["get", "rank"],
        },
        paint: { ...text, "text-color": css("--soft") },
      },
      {
        id: "places", type: "symbol", source: "places",
        layout: {
          // an invisible icon as large as the circle: names of neighbours keep off it
          "icon-image": "blank", "icon-size": ["get", "room"], "icon-allow-overlap": true, "text-optional": true,
          "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "local"], { "font-scale": 0.85 }], "text-size": 11.5,
          "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": ["get", "away"], "text-justify": "auto",
          "symbol-sort-key": ["get", "rank"],
        },
        paint: text,
      },
    ],
  };
}

/** Return a point for the name of each country: the middle of its largest part, as a map has it. */
function names(land: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  const area = (ring: GeoJSON.Position[]) => Math.abs(ring.reduce((sum, [x, y], n) => sum + x * ring[(n + 1) % ring.length][1] - ring[(n + 1) % ring.length][0] * y, 0));
  const features = land.features.filter((one) => one.properties!.id !== "XX").map((one): GeoJSON.Feature => {
    const rings = (one.geometry as GeoJSON.MultiPolygon).coordinates.map((polygon) => polygon[0]);
    const ring = rings.reduce((a, b) => (area(b) > area(a) ? b : a));
    const bounds = (n: number) => (Math.min(...ring.map((p) => p[n])) + Math.max(...ring.map((p) => p[n]))) / 2;
    return { type: "Feature", properties: { name: one.properties!.name, size: -area(ring) }, geometry: { type: "Point", coordinates: [bounds(0), bounds(1)] } };
  });
  return { type: "FeatureCollection", features };
}

/** Return pixels for people in line: the area grows with them, up to where it would hide the neighbours. */
function radius(persons: number): number {
  return Math.min(28, 4 + 24 * Math.sqrt(persons / scale.line));
}

/** Fit sizes to the reference: a wave of millions and one of thousands are both to be read. */
function measure(shown: Picture): void {
  const line = Math.max(1000, ...shown.posts.map((_, n) => Math.max(...shown.row("queue_persons", 0, n))));
  const exits = [...shown.posts, ...shown.routes].map((_, exit) => shown.modes.map((_, mode) => shown.row("chosen", exit, mode)));
  const busiest = Math.max(...shown.days.map((_, day) => exits.reduce((total, modes) => total + modes.reduce((a, row) => a + row[day], 0), 0)));
  const rough = Math.max(busiest / 200, 1), unit = 10 ** Math.floor(Math.log10(rough));
  const dot = unit * [1, 2, 5, 10].find((one) => one * unit >= rough * 0.8)!;
  scale = { line, dot, modes: shown.modes.map((_, mode) => mode).filter((mode) => exits.some((modes) => modes[mode].some((one) => one >= 1))) };
}

/** Name the crossings and origins that matter most first. */
function label(scenario: Scenario): void {
  const shown = picture();
  const source = base?.getSource("places") as { setData(data: unknown): void } | undefined;
  const towns = base?.getSource("towns") as { setData(data: unknown): void } | undefined;
  if (!source || !towns || !shown) return;
  const local = (one: { name: string; local: string }) => (one.local && one.local !== one.name ? one.local : "");
  const point = (one: { name: string; local: string; lon: number; lat: number }, rank: number, away = 4) => ({
    type: "Feature", geometry: { type: "Point", coordinates: [one.lon, one.lat] }, properties: { name: one.name, local: local(one), rank, away: away / 11.5 + 0.3, room: away / BLANK },
  });
  const beside = (id: string) => radius(shown.hourly("queue_persons", 0, shown.posts.indexOf(id), Math.max(state.hour, 0)));
  const peak = (id: string) => {
    const n = shown.posts.indexOf(id);
    return n < 0 ? 0 : Math.max(...shown.row("queue_persons", 0, n));
  };
  const posts = scenario.posts.filter((post) => shown.posts.includes(post.id));
  source.setData({ type: "FeatureCollection", features: posts.map((post) => point(post, -peak(post.id), beside(post.id))) });
  const left = (id: string) => shown.row("left", shown.origins.indexOf(id)).reduce((a, b) => a + b, 0);
  const origins = scenario.origins.map((one) => point(one, -left(one.id)));
  const hubs = scenario.routes.map((route) => route.to).filter((hub, n, all) => all.findIndex((one) => one.id === hub.id) === n);
  towns.setData({ type: "FeatureCollection", features: [...origins, ...hubs.map((hub) => point(hub, 0))] });
}

/** Return bows of the estimated pairs: straight lines would hide each other and pass for roads. */
function findBows(scenario: Scenario, shown: Picture): Bow[] {
  const persons = shown.row("pairs");
  const exits = [...shown.posts, ...shown.routes];
  const total = new Map<number, number>();
  shown.pairs.forEach(([, exit], n) => total.set(exit, (total.get(exit) ?? 0) + persons[n]));
  return shown.pairs.map(([origin, exit], n) => {
    const from = scenario.origins.find((one) => one.id === shown.origins[origin])!;
    const route = scenario.routes.find((one) => one.id === exits[exit]);
    const to = route ? route.to : scenario.posts.find((one) => one.id === exits[exit])!;
    const bend = route ? 0.18 : 0.1;
    const [x0, y0, x1, y1] = [from.lon, from.lat, to.lon, to.lat];
    const [cx, cy] = [(x0 + x1) / 2 - (y1 - y0) * bend, (y0 + y1) / 2 + (x1 - x0) * bend * 0.6];
    const path = Array.from({ length: STEPS + 1 }, (_, k): [number, number] => {
      const u = k / STEPS, v = 1 - u;
      return [v * v * x0 + 2 * u * v * cx + u * u * x1, v * v * y0 + 2 * u * v * cy + u * u * y1];
    });
    return { path, exit, share: persons[n] / total.get(exit)!, name: `${from.name} to ${route ? route.to.name : to.name}` };
  });
}

/** Return persons a day who set out for an exit, by mode, around the hour shown. */
function chosen(shown: Picture, exit: number): number[] {
  const day = Math.min(Math.floor((state.hour + 3) / 24), shown.days.length - 1);
  return shown.modes.map((_, mode) => shown.row("chosen", exit, mode)[day]);
}

function modeColour(mode: number): [number, number, number, number] {
  return colour(["--car", "--bus", "--foot", "--train", "--air"][mode], 235);
}

function waitColour(wait: number): [number, number, number, number] {
  if (Number.isNaN(wait)) return colour("--shut", 230);
  const step = WAITS.filter((bound) => wait >= bound).length;
  return colour(`--w${step}`, 205);
}

/** Return what is drawn: bows by people a day, dots on them, crossings on top. */
function layers(): unknown[] {
  const shown = picture(), scenario = state.scenario;
  if (!shown || !scenario || state.hour < 0) return [];
  const flow = new Map<number, number[]>();
  const of = (exit: number) => {
    if (!flow.has(exit)) flow.set(exit, chosen(shown, exit));
    return flow.get(exit)!;
  };
  const persons = (bow: Bow) => of(bow.exit).reduce((a, b) => a + b, 0) * bow.share;
  const visible = bows.filter((bow) => persons(bow) >= scale.dot / 20);
  const dots: Dot[] = [];
  // colours mean more and fewer people there, and nothing else
  for (const bow of state.shown === "difference" ? [] : visible) {
    const byMode = of(bow.exit).map((one) => one * bow.share);
    const sum = byMode.reduce((a, b) => a + b, 0);
    const count = Math.min(30, Math.ceil(sum / scale.dot));
    for (let n = 0; n < count; n++) {
      let rest = ((n + 0.5) / count) * sum, mode = 0;
      while (mode < byMode.length - 1 && rest > byMode[mode]) rest -= byMode[mode++];
      const u = ((phase + n / count) % 1) * STEPS, k = Math.min(Math.floor(u), STEPS - 1), part = u - k;
      const [a, b] = [bow.path[k], bow.path[k + 1]];
      dots.push({ position: [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part], mode });
    }
  }
  const grey = colour("--route");
  const left = shown.origins.map((id, n) => {
    const day = Math.min(Math.floor((state.hour + 3) / 24), shown.days.length - 1);
    return { ...scenario.origins.find((one) => one.id === id)!, value: shown.row("left", n)[day] };
  });
  const posts: Spot[] = shown.posts.map((id, n) => ({ n, ...scenario.posts.find((one) => one.id === id)! }));
  const apart = state.shown === "difference" && state.changed?.has("difference_queue_persons");
  const size = (n: number) => apart ? Math.abs(state.changed!.hourly("difference_queue_persons", 0, n, state.hour)) : shown.hourly("queue_persons", 0, n, state.hour);
  const tint = (n: number): [number, number, number, number] => {
    if (!apart) return waitColour(shown.hourly("wait_hours_joining", 0, n, state.hour));
    const change = state.changed!.hourly("difference_queue_persons", 0, n, state.hour);
    return Math.abs(change) < 5 ? colour("--route", 140) : colour(change > 0 ? "--more" : "--fewer", 225);
  };
  // the smallest on top, so that none is hidden
  posts.sort((a, b) => size(b.n) - size(a.n));
  return [
    new PathLayer<Bow>({
      id: "bows", data: visible, beforeId: "towns", getPath: (bow: Bow) => bow.path, widthUnits: "pixels", capRounded: true,
      getWidth: (bow: Bow) => Math.min(7, 0.6 + 0.7 * Math.sqrt(persons(bow) / scale.dot)), getColor: [grey[0], grey[1], grey[2], 60], pickable: true,
      updateTriggers: { getWidth: [state.hour, state.shown] },
    } as never),
    new ScatterplotLayer({
      id: "origins", data: left.filter((one) => one.value >= 1), beforeId: "towns", getPosition: (one: { lon: number; lat: number }) => [one.lon, one.lat],
      radiusUnits: "pixels", getRadius: (one: { value: number }) => 1.5 + 1.5 * Math.sqrt(one.value / scale.dot), getFillColor: colour("--origin", 90),
      getLineColor: colour("--origin", 200), stroked: true, lineWidthUnits: "pixels", getLineWidth: 0.6, pickable: true,
    } as never),
    new ScatterplotLayer<Dot>({
      id: "dots", data: dots, beforeId: "towns", getPosition: (dot: Dot) => dot.position, radiusUnits: "pixels", getRadius: 2.2,
      getFillColor: (dot: Dot) => modeColour(dot.mode),
    } as never),
    new ScatterplotLayer<Spot>({
      id: "posts", data: posts, beforeId: "towns", getPosition: (post: Spot) => [post.lon, post.lat], radiusUnits: "pixels",
      getRadius: (post: Spot) => radius(size(post.n)), getFillColor: (post: Spot) => tint(post.n), stroked: true,
      lineWidthUnits: "pixels", getLineWidth: (post: Spot) => (post.id === state.post ? 3 : 1),
      getLineColor: (post: Spot) => (post.id === state.post ? colour("--ink") : colour("--card")), pickable: true, autoHighlight: false,
      updateTriggers: {
        getRadius: [state.hour, state.shown, shown.job], getFillColor: [state.hour, state.shown, shown.job],
        getLineWidth: state.post, getLineColor: state.post,
      },
    } as never),
  ];
}

function draw(): void {
  if (!overlay) return;
  overlay.setProps({ layers: layers() as never, onHover: hover as never });
}

/** Choose the crossing that was clicked or tapped; its figures are shown there, too, for fingers that cannot hover. */
function choose(x: number, y: number): void {
  const info = overlay.pickObject({ x, y, radius: 8, layerIds: ["posts"] });
  const post = info?.object as Spot | undefined;
  if (!info || !post) return;
  set({ post: post.id, country: post.country });
  hover(info as never);
}

type Hover = { layer?: { id: string } | null; object?: never; x: number; y: number };

function hover(info: Hover): void {
  const tip = at("tip"), shown = picture();
  base.getCanvas().style.cursor = info.layer?.id === "posts" ? "pointer" : "";
  if (!info.object || !shown || !info.layer) {
    tip.hidden = true;
    return;
  }
  fill(tip, ...describe(info.layer.id, info.object, shown));
  tip.hidden = false;
  const box = at("map-box").getBoundingClientRect();
  tip.style.left = `${Math.min(info.x + 14, box.width - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(info.y + 14, box.height - tip.offsetHeight - 8)}px`;
}

/** Return what the pointer tells: figures with unit and interval. */
function describe(layer: string, object: never, shown: Picture): Node[] {
  if (layer === "posts") {
    const post = object as { n: number; name: string; local: string; other: string };
    const spread = (name: string, unit: string, whole: boolean) => {
      const value = (s: number) => shown.hourly(name, s, post.n, state.hour);
      return Number.isNaN(value(0)) ? `shut or no figure` : `${number(value(0), false, whole)} ${unit} (${range(value(1), value(5), false, whole)})`;
    };
    const out = [
      h("b", {}, post.name), h("span", { class: "soft" }, [post.local, post.other].filter(Boolean).join(" / ")),
      h("span", {}, `In line: ${spread("queue_persons", "persons", true)}`), h("span", {}, `Cars: ${spread("queue_cars", "vehicles", true)}`),
      h("span", {}, `Wait if joining: ${spread("wait_hours_joining", "h", false)}`), h("small", {}, "mean (90 % of runs), this hour"),
    ];
    if (state.changed?.has("difference_queue_persons")) {
      const change = (s: number) => state.changed!.hourly("difference_queue_persons", s, post.n, state.hour);
      out.splice(5, 0, h("span", {}, `What if less reference: ${number(change(0), true, true)} persons in line (${range(change(1), change(5), true, true)})`));
    }
    return out;
  }
  if (layer === "origins") {
    const origin = object as { name: string; local: string; value: number };
    return [h("b", {}, origin.name), h("span", { class: "soft" }, origin.local), h("span", {}, `${number(origin.value, false, true)} persons set out this day (mean)`)];
  }
  const bow = object as Bow;
  const persons = chosen(shown, bow.exit).map((one) => one * bow.share);
  const told = persons.map((one, mode) => (one >= 1 ? `${MODE_WORDS[mode]} ${number(one, false, true)}` : "")).filter(Boolean).join(", ");
  return [h("b", {}, bow.name), h("span", {}, `persons setting out this day: ${told || "none"}`), h("small", {}, "estimated pairing of origins and crossings; no road")];
}

function legend(): void {
  const apart = state.shown === "difference";
  const swatch = (name: string) => h("i", { class: "dot", "data-colour": name.slice(2) });
  const waits = WAIT_WORDS.map((text, n) => h("span", {}, swatch(n < 5 ? `--w${n}` : "--shut"), text));
  const change = [h("span", {}, swatch("--more"), "more people in line"), h("span", {}, swatch("--fewer"), "fewer"), h("span", {}, swatch("--route"), "hardly any change")];
  const modes = MODE_WORDS.map((text, n) => h("span", {}, swatch(["--car", "--bus", "--foot", "--train", "--air"][n]), text)).filter((_, n) => scale.modes.includes(n));
  const size = apart ? "Crossings: area by change of people in line" : "Crossings: area by people in line, colour by wait";
  fill(at("legend"), h("p", {}, h("b", {}, size), ...(apart ? change : waits)),
    h("p", {}, ...(apart ? [] : [h("b", {}, `On the way: a dot for about ${number(scale.dot)} persons a day`), ...modes]), h("span", {}, h("i", { class: "ring" }), "origin, area by persons setting out"), h("span", {}, "dashed: border disputed or not settled")));
}

/** Bring the chosen crossing into view. */
function show(): void {
  const post = state.scenario?.posts.find((one) => one.id === state.post);
  if (post && !base.getBounds().contains([post.lon, post.lat])) base.easeTo({ center: [post.lon, post.lat] });
}

/**
 * Move the dots, not at all where people asked for less motion or work is going on.
 *
 * Without a graphics card a frame takes the processor a tenth of a second, which others may need more: each frame waits
 * until the one before is drawn, and then three times as long as that took.
 */
function animate(): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const moving = () => !calm.matches && !document.hidden && !state.job && !state.busy && ["situation", "whatif"].includes(state.view);
  let timer = 0, last = 0;
  const soon = (wait: number) => {
    clearTimeout(timer);
    if (moving()) timer = window.setTimeout(step, wait);
  };
  const step = () => {
    const now = performance.now();
    // a pause is no leap
    phase = (phase + Math.min(now - last, 1000) * 0.00008) % 1;
    last = now;
    base.once("render", () => void drawn(base.getCanvas().getContext("webgl2")!).then(() => soon(Math.max(50, 3 * (performance.now() - now)))));
    draw();
    base.triggerRepaint();
  };
  on(["job", "view", "busy"], () => soon(50));
  calm.addEventListener("change", () => soon(50));
  document.addEventListener("visibilitychange", () => soon(50));
  soon(50);
}

/** Wait until the graphics have done everything asked of them so far. */
async function drawn(gl: WebGL2RenderingContext): Promise<void> {
  const mark = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!mark) return;
  gl.flush();
  while (gl.getSyncParameter(mark, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) await new Promise((go) => setTimeout(go, 10));
  gl.deleteSync(mark);
}
