"""``make live``: what an edit changes is executed and built, and the browser shows the page anew.

An error stands in the terminal and in the place of the pages, until the next edit mends it.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

import uvicorn
from sphinx_autobuild.filter import IgnoreFilter
from sphinx_autobuild.middleware import JavascriptInjectorMiddleware
from sphinx_autobuild.server import RebuildServer
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

WATCHED = ("book", "data", "notebooks", "src")
WRITTEN_BY_PROGRAMS = (r"\.ipynb$", r"/__pycache__/", r"/\.ipynb_checkpoints/", r"/\.writ(ing|ten)/")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PAGES, FAILED = Path("_build/html"), Path("_build/live.html")


def build(changed_paths: Sequence[Path] = ()) -> None:
    """Run ``make book``; if it fails, its last words are kept for the browser."""
    command = ["make", "--no-print-directory", "book"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as make:
        assert make.stdout is not None
        told = []
        for line in make.stdout:
            print(line, end="", flush=True)
            told.append(line)
    if make.returncode:
        words = escape(COLOUR.sub("", "".join(told)))
        FAILED.write_text(f"<!doctype html><title>Failed</title><pre>{words}</pre>", "utf-8")
    else:
        FAILED.unlink(missing_ok=True)


class Ignored(IgnoreFilter):
    """Files that programs write, and those that were written with the content that they had."""

    def __init__(self) -> None:
        super().__init__([], WRITTEN_BY_PROGRAMS)
        self._seen: dict[str, str] = {}
        for name in WATCHED:
            for path in Path(name).resolve().rglob("*"):
                self(str(path))

    def __call__(self, filename: str, /) -> bool:
        """Whether the file is of no interest."""
        if super().__call__(filename):
            return True
        path = Path(filename)
        now = sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        before, self._seen[filename] = self._seen.get(filename, ""), now
        return before == now


class Pages(StaticFiles):
    """The built pages; in their place the error, if there is one."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """What the browser is sent."""
        if FAILED.exists():
            return HTMLResponse(FAILED.read_text("utf-8"), 500)
        return await super().get_response(path, scope)


def run(address: str) -> None:
    """Build, serve and watch until it is stopped."""
    host, _, port = address.partition(":")
    build()
    watcher = RebuildServer([Path(name) for name in WATCHED], Ignored(), build)
    routes = [
        WebSocketRoute("/websocket-reload", watcher),
        Mount("/", Pages(directory=PAGES, html=True, check_dir=False)),
    ]
    refreshing = [Middleware(JavascriptInjectorMiddleware, ws_url=address)]
    print(f"http://{address}/", flush=True)
    uvicorn.run(
        Starlette(routes=routes, middleware=refreshing, lifespan=watcher.lifespan),
        host=host,
        port=int(port),
        log_level="warning",
    )


if __name__ == "__main__":
    run(f"127.0.0.1:{os.environ['PORT']}")
