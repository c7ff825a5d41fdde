"""Guard: what every request has to pass, and what every answer carries.

* Without a token only names of this computer are answered, so that a page elsewhere cannot reach the server by
  pointing its own name at 127.0.0.1 (DNS rebinding).
* With a token every request needs it: as ``Authorization: Bearer``, or as the cookie that ``/?token=…`` sets.
* Requests that change something must come from the page itself.
* Bodies are bounded, counted while they arrive.
* Answers allow scripts, styles and connections of this server only, and no inline script.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from borderflow.server.problems import problem

__all__ = ["Guard", "is_loopback"]

COOKIE = "borderflow_token"
MOST_BYTES = 512_000  # of a request's body: an article is a thousandth of a library
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: The briefing is one file with its style inside; it has no script.
BRIEFING_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on reaches this computer only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    return host in ("localhost", "::1") or host.startswith("127.")


class _TooLarge(Exception):  # noqa: N818
    pass


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app : ASGI application
    token : str, optional
        Without one, requests to other names than those of this computer are refused.
    """

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(MutableHeaders(scope=message), scope["path"])
            await send(message)

        refusal = self._refuse(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self._bounded(scope, receive, answer)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body is counted."""
        seen, refused = 0, False

        async def count() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES and not refused:
                refused = True
                await _too_large()(scope, receive, send)
            if refused:
                raise _TooLarge
            return message

        async def note(message: Message) -> None:
            # whatever the application makes of the broken body, the answer has been given
            if not refused:
                await send(message)

        try:
            await self._app(scope, count, note)
        except _TooLarge:
            return

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """Return why a request is not answered, None where it is."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._token is None and name not in LOOPBACK:
            return problem(421, "this server answers to localhost only; other names need --token")
        if self._token is not None and not self._knows_token(headers):
            return self._ask_token(scope)
        if scope["method"] not in ("GET", "HEAD"):
            origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
            if (origin is not None and origin.split("://", 1)[-1] != host) or site not in ("same-origin", "none"):
                return problem(403, "requests from other sites are not taken")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return _too_large()
        return None

    def _knows_token(self, headers: Headers) -> bool:
        given = [headers.get("authorization", "").removeprefix("Bearer ")]
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        if cookie is not None:
            given.append(cookie.value)
        return any(secrets.compare_digest(one.encode(), (self._token or "").encode()) for one in given)

    def _ask_token(self, scope: Scope) -> Response:
        """Take the token from the address of the page, once, and keep it out of the address from then on."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and secrets.compare_digest(given.encode(), (self._token or "").encode()):
            response = RedirectResponse("/", status_code=303)
            response.set_cookie(COOKIE, given, httponly=True, samesite="strict")
            return response
        return problem(
            401, "a token is needed: open /?token=… once, or send it as Authorization: Bearer",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip


def _too_large() -> Response:
    return problem(413, f"the body is larger than {MOST_BYTES:,} bytes")


def _harden(headers: MutableHeaders, path: str) -> None:
    headers["Content-Security-Policy"] = BRIEFING_POLICY if path.endswith("/briefing.html") else POLICY
    for name, value in HEADERS.items():
        headers[name] = value
    if path.startswith("/api"):
        headers["Cache-Control"] = "no-store"
