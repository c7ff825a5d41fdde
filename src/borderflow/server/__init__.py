"""Server: the same objects as the Python front door over HTTP, and the page that shows them.

`create_app` builds the application, `serve` runs it. One process, one job at a time: it is a tool on somebody's desk or
in a team's network, and no public service.
"""

from borderflow.server.app import create_app, serve

__all__ = ["create_app", "serve"]
