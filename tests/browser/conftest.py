"""A real server and a real browser for the tests of the page; without either they skip, saying why."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import borderflow

PAGE = Path(borderflow.__file__).parent / "static" / "index.html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE = 120_000  # milliseconds: software WebGL on a busy computer is slow


@pytest.fixture(scope="session")
def address():
    if not PAGE.is_file():
        pytest.skip("the page is not built: make page")
    with serving(members=8) as found:
        wait_for_the_engine(found)
        yield found


@pytest.fixture
def long_address(address):
    """A server that is busy with its reference for a while; it begins when the engine is compiled."""
    with serving(members=1000) as found:
        yield found


@contextlib.contextmanager
def serving(members):
    """Give the address of a server with so many members of the reference."""
    command = [sys.executable, "-m", "borderflow.cli", "serve", "russia-2022", "--port", "0", "--members", str(members)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, line
            yield found[0]
        finally:
            server.terminate()  # leaving the block waits for it


def wait_for_the_engine(address, seconds=300):
    """Wait until the first run is there: a new engine is compiled first; the browser's patience is for the browser."""
    end = time.monotonic() + seconds
    while True:
        runs = []
        with contextlib.suppress(URLError), urlopen(f"{address}api/runs") as answer:  # it says where before it listens
            runs = json.load(answer)
        if runs and runs[0]["state"] == "done":
            return
        assert time.monotonic() < end, runs
        time.sleep(0.5)


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this computer: apt-get install chromium")
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page with everything it said, asked for and failed at."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.address, self.complaints, self.requests = address, [], []
        self.page.on(
            "console", lambda one: self.complaints.append(one.text) if one.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda one: self.requests.append(one.url))

    def open(self, fragment=""):
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector("body[data-ready]", state="attached")
        return self.page

    def map_drawn(self):
        self.page.wait_for_selector("#map[data-idle]", state="attached")

    def close(self):
        self.context.close()
        # what the graphics driver says about software rendering is not the page's
        said = [one for one in self.complaints if "GPU stall" not in one and "GL Driver Message" not in one]
        assert said == []
        outside = [url for url in self.requests if not url.startswith((self.address, "blob:", "data:"))]
        assert outside == []


@pytest.fixture
def visit(chromium, address):
    open_ones = []

    def begin(**options):
        open_ones.append(Visit(chromium, address, **options))
        return open_ones[-1]

    yield begin
    for one in open_ones:
        one.close()
