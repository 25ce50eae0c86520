"""A hub of one's own on loopback, with the starter and some parts of it."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.imaging.files import STARTER

COMMIT = "c" * 40
FILES = {
    path.relative_to(STARTER).as_posix(): path
    for path in sorted(STARTER.rglob("*"))
    if path.is_file()
}

PARTS = {
    "config.json": STARTER / "vae/config.json",
    "diffusion_pytorch_model.safetensors": STARTER / "vae/diffusion_pytorch_model.safetensors",
    "ink.safetensors": STARTER / "vae/diffusion_pytorch_model.safetensors",
    "fog.safetensors": STARTER / "unet/diffusion_pytorch_model.safetensors",
}
"""A VAE and two files in place of LoRAs: the hub does not look into them."""

REPOSITORIES = {"tiny/starter": FILES, "tiny/parts": PARTS}


class Handler(BaseHTTPRequestHandler):
    """As much of the hub's interface as fetching a repository needs."""

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        self.server.asked.append(f"{self.command} {self.path}")
        path = self.path.split("?")[0]
        if self.server.refusal:
            return self.refuse(*self.server.refusal)
        kind, _, rest = path.partition("/resolve/")
        if rest:
            revision, _, name = rest.partition("/")
            commit = COMMIT if revision == "main" else revision
            if body:
                self.server.before_file(name)
            file = self.server.repositories[kind.removeprefix("/")].get(name)
            return self.give(file.read_bytes(), commit, body=body) if file else self.refuse(404)
        files = next(
            (
                one
                for name, one in self.server.repositories.items()
                if path.startswith(f"/api/models/{name}")
            ),
            None,
        )
        if files is None:
            return self.refuse(404, "RepoNotFound")
        if "/tree/" in path:
            return self.give_json([_entry(name, file) for name, file in files.items()])
        pinned = path.partition("/revision/")[2].removeprefix("main")
        siblings = [{"rfilename": name} for name in files]
        return self.give_json({"id": "x/y", "sha": pinned or COMMIT, "siblings": siblings})

    def refuse(self, status, code="EntryNotFound"):
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def give_json(self, table):
        self.give(json.dumps(table).encode(), body=True)

    def give(self, data, commit=COMMIT, *, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", commit)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


def _entry(name, file):
    return {"type": "file", "path": name, "size": file.stat().st_size, "oid": "0" * 40}


@contextmanager
def serving():
    """The server: `asked` is what it was asked for, `refusal` a status and code for everything.

    `before_file` is called with a file's name before it is given; `repositories` may be added to.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.refusal, server.before_file = [], None, lambda name: None
    server.repositories = dict(REPOSITORIES)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
