"""Application: interface, documentation and page behind the guard, and the server that runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from borderflow import __version__
from borderflow.ensemble import MOST_WORKERS
from borderflow.errors import UsageError
from borderflow.pages import fill_template
from borderflow.server.api import add_routes
from borderflow.server.desk import Desk
from borderflow.server.guard import Guard, is_loopback
from borderflow.server.problems import add_handlers

__all__ = ["create_app", "serve"]

PAGE = Path(__file__).parents[1] / "static"
NOT_BUILT = (
    "The page is not built here: run `make page` in the source folder. (An installed wheel has it.) "
    "The interface works without it: see /docs.\n"
)


class PackedAbroad(GZipMiddleware):
    """Packs answers that go over a wire; packing a picture for this computer itself takes longer than sending it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, the answer packed where it leaves this computer."""
        near = scope["type"] == "http" and scope.get("client") is not None and is_loopback(scope["client"][0])
        await (self.app(scope, receive, send) if near else super().__call__(scope, receive, send))


def create_app(
    source: str | Path | None = None, *, members: int = 100, workers: int | None = None, token: str | None = None,
    page: Path | None = None,
) -> FastAPI:  # fmt: skip
    """Return the application for a scenario or a finished run.

    Parameters
    ----------
    source : str or Path, optional
        A shipped name, a scenario folder or a run folder.
    members : int
        Of the reference run, which is simulated in the background as soon as the application starts.
    workers : int, optional
        Threads of a simulation.
    token : str, optional
        What every request must know; without one, only requests to this computer's own names are answered.
    page : Path, optional
        Folder with the built page.

    Examples
    --------
    >>> app = create_app("russia-2022")
    >>> app.title
    'borderflow'
    """
    desk = Desk(source, members=members, workers=workers)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        # compiles the engine and simulates the reference while somebody opens the page
        desk.run(desk.study(desk.first))
        yield
        desk.close()

    app = FastAPI(
        title="borderflow", version=__version__, lifespan=life, docs_url=None, redoc_url=None,
        description="Simulated arrivals, lines, waits and needs at border crossings. Counts of people in groups, never "
        "individuals; simulations of past or forecast days, never a live picture.",
    )  # fmt: skip
    app.state.desk = desk
    add_handlers(app)
    add_routes(app)
    _add_pages(app, page or PAGE)
    app.add_middleware(PackedAbroad, minimum_size=2000, compresslevel=1)
    app.add_middleware(Guard, token=token)
    return app


def _add_pages(app: FastAPI, page: Path) -> None:
    """Add the documentation of the interface and the page."""

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_docs(app.openapi()))

    if (page / "index.html").is_file():
        app.mount("/", StaticFiles(directory=page, html=True), name="page")
    else:

        @app.get("/", include_in_schema=False)
        def missing(_request: Request) -> Response:
            return PlainTextResponse(NOT_BUILT, 503)


def _docs(schema: dict[str, Any]) -> str:
    """Return the documentation of the interface as one page without scripts: the usual ones load from elsewhere."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            groups.setdefault((one.get("tags") or ["other"])[0], []).append(
                {"path": path, "method": method.upper(), **one}
            )
    contents = {"info": schema["info"], "groups": groups, "schemas": schema["components"]["schemas"]}
    return fill_template("interface.html.j2", contents)


def serve(
    source: str | Path | None = None, *, host: str = "127.0.0.1", port: int = 8000, token: str | None = None,
    members: int = 100, workers: int | None = None,
) -> None:  # fmt: skip
    """Serve the page until interrupted.

    Parameters
    ----------
    source, members, workers, token
        As for `create_app`.
    host : str
        Address to listen on; one that others can reach needs a token.
    port : int
        0 takes a free one.

    Raises
    ------
    UsageError
        Where the address is open to others without a token, or taken.
    """
    import socket

    import uvicorn

    if token is not None and len(token) < 8:
        raise UsageError("--token needs 8 characters or more")
    if not is_loopback(host) and token is None:
        raise UsageError(f"--host {host} can be reached by others; give a --token that they need to know")
    if not 0 <= port <= 65535:
        raise UsageError(f"--port must be 0 to 65535, got {port}")
    if not 1 <= members <= 1000:
        raise UsageError(f"--members must be 1 to 1000, got {members}")
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise UsageError(f"--workers must be 1 to {MOST_WORKERS}, got {workers}")
    app = create_app(source, members=members, workers=workers, token=token)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{door.getsockname()[1]}/"
        print(
            f"borderflow serves {app.state.desk.first} at {address}{'?token=…' if token else ''} (stop with Ctrl+C)",
            flush=True,
        )
        if not (PAGE / "index.html").is_file():
            print(NOT_BUILT, end="", flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        server.run(sockets=[door])
