# SPDX-License-Identifier: Apache-2.0
"""A package index on this machine that can be as bad as one on the network: it cuts connections, knows no ranges, stops
sending, answers with errors, and keeps what it was asked."""

import http.server
import json
import re
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", content_type="text/plain", headers=()):
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return body

    def do_GET(self):
        index = self.server.index
        with index.lock:
            index.requests.append((self.path, self.headers.get("Range"), self.headers.get("Authorization")))
            error = index.errors.pop(0) if index.errors and self.path.startswith("/files/") else None
        if error:
            self.wfile.write(self.answer(error))
        elif self.path in index.redirects:
            self.answer(302, headers=[("Location", index.redirects[self.path])])
        elif self.path in index.pages:
            content_type, body = index.pages[self.path]
            self.wfile.write(self.answer(200, body, content_type))
        elif self.path.startswith("/files/") and self.path[7:] in index.files:
            self.send_file(index, index.files[self.path[7:]])
        else:
            self.wfile.write(self.answer(404))

    def send_file(self, index, body):
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked and index.ranges else 0
        if begin >= len(body) > 0:
            self.answer(416)
            return
        part = self.answer(206, body[begin:], headers=[("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")]) \
            if begin else self.answer(200, body)
        with index.lock:
            cut = index.cuts.pop(0) if index.cuts else None
        self.wfile.write(part[:cut])
        if cut is not None:
            self.wfile.flush()
            index.sent.set()
            # Either the client goes, or the test lets the connection be cut.
            index.release.wait()
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that is killed resets its connection."""


class PackageIndex:
    """Use as a context; `url` is what PIP_INDEX_URL gets."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pages, self.files, self.redirects, self.requests = {}, {}, {}, []
        self.cuts = []  # For each answer with a file in turn: how many bytes are sent before the connection ends.
        self.errors = []  # For each request of a file in turn: an HTTP code, or None.
        self.ranges = True
        self.sent, self.release = threading.Event(), threading.Event()
        self.release.set()

    def __enter__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.index = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def add_json(self, package, name, body):
        self.files[name] = body
        listing = {"meta": {"api-version": "1.0"}, "name": package, "files": [
            {"filename": "other-" + name, "url": "/files/other", "hashes": {}},
            {"filename": name, "url": f"http://127.0.0.1:{self.port}/files/{name}", "hashes": {}}]}
        self.pages[f"/simple/{package}/"] = "application/vnd.pypi.simple.v1+json", json.dumps(listing).encode()

    def add_html(self, package, name, body):
        self.files[name] = body
        page = f"<!DOCTYPE html><html><body><h1>Links</h1><a href='../../files/other.whl'>other</a><br>" \
               f"<a data-requires-python='&gt;=3.7' href=\"../../files/{name}#sha256=00\">{name}</a></body></html>"
        self.pages[f"/simple/{package}/"] = "text/html", page.encode()

    def file_requests(self):
        """The Range of each request for a file."""
        return [asked for path, asked, _ in self.requests if path.startswith("/files/")]
