"""Serves a folder on a free loopback port, printed first: Range, ETag, If-Range, one redirect, and one dropped connection.

The first request for a path ending in `.drop` (left off to find the file) gets half of its bytes and a closed connection. `.change`
does the same, and answers If-Range as if the file had changed. `/moved/…` redirects. Ends with its parent: stdin closes.
"""
import http.server
import os
import sys
import threading

root, dropped = sys.argv[1], set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path[6:])
            self.send_header("Content-Length", "0")
            return self.end_headers()
        path, _, mode = self.path.partition("!")
        name = root + path
        if not os.path.isfile(name):
            return self.send_error(404)
        body = open(name, "rb").read()
        start, tag = 0, f'"{len(body)}"'
        given = self.headers.get("Range", "")
        if given.startswith("bytes=") and self.headers.get("If-Range") == tag and mode != "change":
            start = int(given[6:-1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        if mode and self.path not in dropped:
            dropped.add(self.path)
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
        else:
            self.wfile.write(rest)
            print("served", self.path, start, file=sys.stderr, flush=True)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
