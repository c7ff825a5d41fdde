/** Sharing: a link with the state, files, and pictures of map and charts. */

import { at, css, fill, h } from "./dom";
import { day, moment, spreadShort } from "./format";
import { chartCanvases } from "./charts";
import { link, on, picture, state } from "./state";

/** Build the menu. */
export function startShare(): void {
  const said = h("span", { role: "status", class: "note" });
  const copy = async () => {
    const address = new URL(link(), location.href).href;
    history.replaceState(null, "", link());
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = "copied";
    } catch {
      said.textContent = "the address bar has the link";
    }
  };
  const files = h("span", { id: "files" });
  const menu = h("details", { id: "menu" }, h("summary", {}, "Share and export"), h("div", { class: "menu" },
    h("button", { type: "button", id: "copy-link", onclick: () => void copy() }, "Copy a link to this view"), said,
    h("button", { type: "button", id: "png", onclick: () => void savePicture() }, "Picture of map and charts (PNG)"), files));
  fill(at("share"), menu);
  const refresh = () => {
    const job = (state.shown === "reference" ? state.reference : state.changed)?.job;
    const one = (file: string, text: string) => h("a", { href: `/api/runs/${job}/${file}`, download: "" }, text);
    fill(files, ...(job ? [one("briefing.html", "Briefing (HTML)"), one("summary.csv", "Figures (CSV)"), one("hxl.csv", "Figures with HXL tags (CSV)"), one("scenario.yaml", "Scenario (YAML)")] : []));
  };
  on(["reference", "changed", "shown"], refresh);
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
}

/** Break text into lines that fit. */
function wrap(pen: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && pen.measureText(longer).width <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** What the colours and sizes of the picture mean. */
function keys(): string {
  const map = state.shown === "difference" ? "Map: area by change of people in line; orange more, blue fewer." : "Map: area by people in line, colour by wait of those joining.";
  const charts = state.shown === "changed" ? "Charts: solid reference, dashed what if; bands 50 and 90 % of runs." : "Charts: median, bands 50 and 90 %.";
  return `${map} ${charts} Dotted lines: events; circles: claims, filled where official.`;
}

/** Draw map and charts with their words on one canvas and save it. */
async function savePicture(): Promise<void> {
  const { mapCanvas, WAIT_WORDS } = await import("./map");
  const map = mapCanvas(), charts = chartCanvases();
  const scale = devicePixelRatio, width = Math.max(map.width, 900 * scale), gap = 16 * scale;
  const column = (width - 3 * gap) / 2;
  const heights = charts.map((one) => (one.canvas.height * column) / one.canvas.width + 58 * scale);
  const chartRows = Math.ceil(charts.length / 2);
  const below = Array.from({ length: chartRows }, (_, n) => Math.max(heights[2 * n], heights[2 * n + 1] ?? 0)).reduce((a, b) => a + b + gap, 0);
  const mapHeight = (map.height * (width - 2 * gap)) / map.width;
  const top = 84 * scale;
  const canvas = h("canvas", { width: Math.round(width), height: Math.round(top + mapHeight + gap + below + 170 * scale) });
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = css("--bg");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const set = (size: number, tone: string, bold = false) => {
    pen.fillStyle = css(tone);
    pen.font = `${bold ? "600 " : ""}${size * scale}px system-ui, sans-serif`;
  };
  const write = (text: string, x: number, y: number, size: number, tone = "--ink", bold = false, room = width - x - gap) => {
    set(size, tone, bold);
    const lines = wrap(pen, text, room);
    lines.forEach((line, n) => pen.fillText(line, x, y + n * size * 1.35 * scale));
    return lines.length;
  };
  pen.textBaseline = "alphabetic";
  const shown = picture()!, now = shown.startMs + state.hour * 3_600_000;
  const own = shown.known ? `forecast from ${day(Date.parse(shown.known))}` : "reference";
  const what = { reference: own, changed: `what if (${own})`, difference: `what if less ${own}` }[state.shown];
  write(state.scenario!.title, gap, 34 * scale, 20, "--ink", true);
  write(`Simulation, not live · ${what} · ${moment(now, state.scenario!.home.zone)} ${state.scenario!.home.zone} · ${moment(now, "UTC")} UTC · ${shown.members} runs, bands 50 and 90 % (${spreadShort(shown.spread)})`, gap, 60 * scale, 12, "--soft");
  pen.drawImage(map, gap, top, width - 2 * gap, mapHeight);
  let y = top + mapHeight + gap;
  charts.forEach((one, n) => {
    const x = gap + (n % 2) * (column + gap);
    write(one.title, x, y + 16 * scale, 13, "--ink", true, column);
    write(one.note, x, y + 34 * scale, 10, "--soft", false, column);
    pen.drawImage(one.canvas, x, y + 56 * scale, column, (one.canvas.height * column) / one.canvas.width);
    if (n % 2 === 1 || n === charts.length - 1) y += Math.max(...heights.slice(n - (n % 2), n + 1)) + gap;
  });
  if (state.shown !== "difference") {
    let x = gap;
    for (const [n, text] of WAIT_WORDS.entries()) {
      set(10, n < 5 ? `--w${n}` : "--shut");
      pen.beginPath();
      pen.arc(x + 5 * scale, y + 4 * scale, 5 * scale, 0, 7);
      pen.fill();
      write(text, x + 14 * scale, y + 8 * scale, 10);
      x += pen.measureText(text).width + 30 * scale;
    }
    y += 20 * scale;
  }
  const lines = write(keys(), gap, y + 8 * scale, 10, "--ink");
  write(`${state.scenario!.disclaimer} Made with borderflow; places: GeoNames (CC BY 4.0), borders: Natural Earth.`, gap, y + (18 + 14 * lines) * scale, 9, "--soft");
  canvas.toBlob((blob) => {
    const address = URL.createObjectURL(blob!);
    h("a", { href: address, download: `${state.scenario!.name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
}
