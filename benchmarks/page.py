"""Measure a what-if of the page from click to picture, in Chromium, with the server on the same processors.

python benchmarks/page.py [TIMES]; starts its own server, clicks *Run* on the page, and tells where the time goes: the
server's part and the browser's, wall time and processor time. Writes the section "page" of RESULTS.md. Chromium draws in
software, as on a computer without a graphics card.
"""

import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from member import computer
from playwright.sync_api import sync_playwright
from sections import write_section

MEMBERS = 100
FLAGS = [
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-dev-shm-usage",
]  # fmt: skip
#: Event to switch off: from when it acts, and words.
QUESTIONS = {
    "lars-draft-office": "27 September, draft office at Verkhny Lars off",
    "exit-lists": "21 September, lists at exit control off",
    "call-up": "21 September, call-up off",
}
#: What the page itself notes: everything it asks for, and when its text says that the pictures are there.
WATCH = """
window.noted = {asked: [], busy: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) noted.busy += one.duration; }).observe({type: "longtask"});
const plain = window.fetch;
window.fetch = async (...what) => {
  const one = {path: String(what[0]), sent: performance.now()};
  noted.asked.push(one);
  const answer = await plain(...what);
  one.answered = performance.now();
  return answer;
};
addEventListener("click", event => {
  if (event.target.id !== "run") return;
  Object.assign(noted, {click: performance.now(), asked: [], busy: 0, first: null});
  window.answered = new Promise(go => {
    const painted = then => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
    const watch = new MutationObserver(() => {
      if (noted.first === null && document.querySelector("#results tbody tr")) {
        noted.first = 0;
        painted(now => { noted.first = now; });
      }
      if (/paired runs: /.test(document.getElementById("progress")?.innerText ?? "")) {
        watch.disconnect();
        painted(now => { noted.last = now; go(noted); });
      }
    });
    watch.observe(document.getElementById("panel"), {subtree: true, childList: true, characterData: true});
  });
}, true);
"""
#: Row of the table: what ends then, from the moment of the row above.
ROWS = {
    "asked": "click until the server has the question",
    "few": "server: first 20 pairs and their picture",
    "first": "browser: first picture fetched and drawn (the server goes on meanwhile)",
    "done": "server: the other pairs and their picture",
    "fetched": "browser learns of it and fetches the picture",
    "last": "browser: picture drawn",
}


def processor_time(process):
    """Return seconds of processor time of a process and what it started."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:2])
    return total


def await_reference(address):
    """Wait until the server has simulated the reference."""
    while True:
        with contextlib.suppress(URLError), urlopen(f"{address}api/runs") as answer:
            runs = json.load(answer)
            if runs and runs[0]["state"] == "done":
                return
        time.sleep(0.2)


def ask(context, address, event, server, browser):
    """Open the page, switch an event off, run; return when what was there, in seconds from the click."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{address}#view=whatif")
    page.wait_for_selector("body[data-ready]", state="attached")
    page.wait_for_selector("#map[data-idle]", state="attached")
    page.select_option("#members", str(MEMBERS))
    page.uncheck(f"#event-{event}")
    page.wait_for_timeout(1500)
    before = processor_time(server), processor_time(browser)
    page.click("#run")
    noted = page.evaluate("window.answered")
    used = processor_time(server) - before[0], processor_time(browser) - before[1]
    said = page.inner_text("#progress")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.close()
    assert f"{MEMBERS} paired runs" in said, said
    pictures = [one for one in noted["asked"] if one["path"].endswith("/picture")]
    question = next(one for one in noted["asked"] if one["path"].endswith("/comparisons"))
    moments = {
        "asked": question["answered"], "few": pictures[0]["sent"] if len(pictures) > 1 else None,
        "first": noted["first"] if len(pictures) > 1 else None, "done": pictures[-1]["sent"],
        "fetched": pictures[-1]["answered"], "last": noted["last"],
    }  # fmt: skip
    times = {name: None if at is None else (at - noted["click"]) / 1e3 for name, at in moments.items()}
    job = re.search(r"runs/([^/]+)/picture", pictures[-1]["path"])[1]
    with urlopen(f"{address}api/runs/{job}") as answer:
        server_seconds = json.load(answer)["seconds"]
    return times | {
        "server": server_seconds, "server_cpu": used[0], "browser_cpu": used[1], "busy": noted["busy"] / 1e3,
        "paint": paint / 1e3, "load": os.getloadavg()[0],
    }  # fmt: skip


def measure(times):
    """Return the measurements of every question."""
    command = [sys.executable, "-m", "borderflow.cli", "serve", "russia-2022", "--port", "0", "--members", str(MEMBERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            address = re.search(r"http://\S+", serving.stdout.readline())[0]
            await_reference(address)
            with sync_playwright() as session:
                chromium = shutil.which("chromium") or shutil.which("chromium-browser")
                launched = session.chromium.launch(executable_path=chromium, args=FLAGS)
                server = psutil.Process(serving.pid)
                started = [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]
                browser = min(started, key=lambda one: one.create_time())
                context = launched.new_context(viewport={"width": 1280, "height": 800})
                out = {}
                for event in QUESTIONS:
                    ask(context, address, event, server, browser)  # the first time, browsers compile
                    out[event] = [ask(context, address, event, server, browser) for _ in range(times)]
                    print(event, *(f"{one['last']:.2f}" for one in out[event]), flush=True)
                launched.close()
                return out
        finally:
            serving.terminate()


def middle(runs, name):
    """Return the median of a figure, None where no run has it."""
    known = [one[name] for one in runs if one[name] is not None]
    return statistics.median(known) if known else None


def table(found):
    """Return the measurements as a section."""

    def cells(values, form="{:.2f}"):
        return " | ".join("–" if one is None else form.format(one) for one in values)

    runs = list(found.values())
    lines = [
        "## From click to picture on the page", "",
        f"`benchmarks/page.py`, {time.strftime('%-d %B %Y')}, {computer()} at the end; "
        f"{MEMBERS} paired members of russia-2022, server and Chromium with software graphics on the "
        f"same processors, {len(runs[0])} questions each, medians; load {min(one['load'] for many in runs for one in many):.1f} to "
        f"{max(one['load'] for many in runs for one in many):.1f}.", "",
        "| seconds from the click | " + " | ".join(QUESTIONS[event] for event in found) + " |",
        "|---" * (len(found) + 1) + "|",
        f"| first picture, of 20 pairs | {cells(middle(many, 'first') for many in runs)} |",
        f"| **picture of all {MEMBERS} pairs** | {cells(middle(many, 'last') for many in runs)} |",
        "| least and most | " + " | ".join(f"{min(o['last'] for o in many):.2f}, {max(o['last'] for o in many):.2f}" for many in runs) + " |",
        f"| the server's part (its own clock) | {cells(middle(many, 'server') for many in runs)} |",
        f"| processor time of the server | {cells(middle(many, 'server_cpu') for many in runs)} |",
        f"| processor time of the browser | {cells(middle(many, 'browser_cpu') for many in runs)} |",
        f"| the browser's main thread busy for over 50 ms at a time | {cells(middle(many, 'busy') for many in runs)} |",
        f"| first paint of the page, from opening it | {cells(middle(many, 'paint') for many in runs)} |", "",
        "| where the time goes, seconds | " + " | ".join(QUESTIONS[event] for event in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]  # fmt: skip
    last = [0.0] * len(runs)
    for name, words in ROWS.items():
        now = [middle(many, name) for many in runs]
        spent = [None if at is None else at - before for at, before in zip(now, last, strict=True)]
        lines.append(f"| {words} | {cells(spent)} |")
        last = [before if at is None else at for at, before in zip(now, last, strict=True)]
    return "\n".join(lines)


if __name__ == "__main__":
    text = table(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
    print(text)
    write_section("page", text)
