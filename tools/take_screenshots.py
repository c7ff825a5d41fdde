"""Take the pictures of the page that the documentation shows: python tools/take_screenshots.py http://127.0.0.1:8000/

Needs a server of russia-2022 (make serve), playwright and the system's chromium.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "img"
FLAGS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox", "--disable-dev-shm-usage"]
WIDE = {"viewport": {"width": 1280, "height": 800}}
ARTICLE = """Tbilisi, 27 September. On Monday 9,600 people entered Georgia, the ministry said. The queue at Verkhny Lars
reached 5,500 cars, officials said, and drivers waited for up to 48 hours. From Friday Finland will close its border to
Russian tourists, the government said."""


def save(page: Page, name: str) -> None:
    """Save what is seen once map and letters have settled."""
    page.wait_for_timeout(2500)
    # the seconds are those of the computer that takes the picture
    page.evaluate("() => { const line = document.querySelector('#progress'); if (line) line.textContent = '' }")
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(
        IMAGES / f"page-{name}.jpg", quality=82, optimize=True
    )


def answer(page: Page) -> None:
    """Ask what would be without the draft office at Verkhny Lars."""
    page.uncheck("#event-lars-draft-office")
    page.click("#run")
    page.wait_for_function("() => document.querySelector('#progress').innerText.includes('paired runs:')")


def read_article(page: Page) -> None:
    """Let the page read an article."""
    page.fill("#article-text", ARTICLE)
    page.fill("#article-published", "2022-09-27")
    page.fill("#article-publisher", "Example")
    page.click("#article-read")
    page.wait_for_selector("#findings li")


def scroll(page: Page) -> None:
    """Bring the charts into sight."""
    page.evaluate("document.querySelector('#stage').scrollTop = 640")


def main(address: str) -> None:
    """Visit every view."""
    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)

        def visit(fragment: str, **options: object) -> Page:
            page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
            page.set_default_timeout(240_000)
            page.goto(address + fragment)
            page.wait_for_selector("body[data-ready]", state="attached")
            if "evidence" not in fragment:
                page.wait_for_selector("#map[data-idle]", state="attached")
            return page

        page = visit("", **WIDE)
        save(page, "situation")
        scroll(page)
        save(page, "charts")
        page = visit("#view=whatif&hour=372", **WIDE)
        answer(page)
        save(page, "what-if")
        page.click("#show-difference")
        save(page, "difference")
        page = visit("#view=evidence", **WIDE)
        read_article(page)
        save(page, "evidence")
        save(visit("", color_scheme="dark", **WIDE), "dark")
        save(visit("", viewport={"width": 390, "height": 844}, has_touch=True), "phone")
        page = visit("#basis=forecast", **WIDE)
        scroll(page)
        save(page, "forecast")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
