/** Sharing: a link with the state, files, and pictures of map and charts. */

import { at, css, fill, h } from "./dom";
import { moment } from "./format";
import { chartCanvases } from "./charts";
import { link, on, state } from "./state";

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

/** Draw map and charts with their words on one canvas and save it. */
async function savePicture(): Promise<void> {
  const { mapCanvas } = await import("./map");
  const map = mapCanvas(), charts = chartCanvases();
  const scale = devicePixelRatio, width = Math.max(map.width, 900 * scale), gap = 16 * scale;
  const column = (width - 3 * gap) / 2;
  const heights = charts.map((one) => (one.canvas.height * column) / one.canvas.width + 44 * scale);
  const chartRows = Math.ceil(charts.length / 2);
  const below = Array.from({ length: chartRows }, (_, n) => Math.max(heights[2 * n], heights[2 * n + 1] ?? 0)).reduce((a, b) => a + b + gap, 0);
  const mapHeight = (map.height * (width - 2 * gap)) / map.width;
  const top = 84 * scale;
  const canvas = h("canvas", { width: Math.round(width), height: Math.round(top + mapHeight + gap + below + 74 * scale) });
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = css("--bg");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const write = (text: string, x: number, y: number, size: number, tone = "--ink", bold = false) => {
    pen.fillStyle = css(tone);
    pen.font = `${bold ? "600 " : ""}${size * scale}px system-ui, sans-serif`;
    pen.fillText(text, x, y, width - x - gap);
  };
  const shown = state.reference!, now = shown.startMs + state.hour * 3_600_000;
  const what = { reference: "reference", changed: "what if", difference: "what if less reference" }[state.shown];
  write(state.scenario!.title, gap, 34 * scale, 20, "--ink", true);
  write(`Simulation, not live · ${what} · ${moment(now, state.scenario!.home.zone)} ${state.scenario!.home.zone} · ${moment(now, "UTC")} UTC · ${shown.members} runs, bands 50 and 90 % (chance alone)`, gap, 60 * scale, 12, "--soft");
  pen.drawImage(map, gap, top, width - 2 * gap, mapHeight);
  let y = top + mapHeight + gap;
  charts.forEach((one, n) => {
    const x = gap + (n % 2) * (column + gap);
    write(one.title, x, y + 16 * scale, 13, "--ink", true);
    write(one.note, x, y + 34 * scale, 10, "--soft");
    pen.drawImage(one.canvas, x, y + 42 * scale, column, (one.canvas.height * column) / one.canvas.width);
    if (n % 2 === 1 || n === charts.length - 1) y += Math.max(...heights.slice(n - (n % 2), n + 1)) + gap;
  });
  const words = state.scenario!.disclaimer.split(/(?<=\.) /);
  write(`${words[0]} ${words[1] ?? ""}`, gap, y + 12 * scale, 9, "--soft");
  write(words.slice(2).join(" "), gap, y + 28 * scale, 9, "--soft");
  write("Crossings: area by people in line, colour by wait. Made with borderflow; GeoNames (CC BY 4.0), Natural Earth.", gap, y + 46 * scale, 9, "--soft");
  canvas.toBlob((blob) => {
    const address = URL.createObjectURL(blob!);
    h("a", { href: address, download: `${state.scenario!.name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
}
