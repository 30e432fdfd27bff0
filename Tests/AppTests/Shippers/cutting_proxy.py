"""An HTTP proxy that loses every fifth answer: cutting_proxy.py PORT UPSTREAM_PORT LOG. The log gets the number of each event
that the server acknowledged, whether the client learnt of it or not."""
import gzip
import http.client
import itertools
import re
import socketserver
import sys
from http.server import BaseHTTPRequestHandler

port, upstream = int(sys.argv[1]), int(sys.argv[2])
numbers = itertools.count(1)
log = open(sys.argv[3], "a", buffering=1)


def note(headers, body):
    text = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    log.write("".join(f"{number.decode()}\n" for number in re.findall(rb"event (\d+)", text)))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        self.close_connection = True
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(iter(self.chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "transfer-encoding"}
        try:
            server = http.client.HTTPConnection("127.0.0.1", upstream, timeout=10)
            server.request(self.command, self.path, body, headers)
            answer = server.getresponse()
            content = answer.read()
        except OSError:
            return  # the server is down: the client sees a closed connection
        if 200 <= answer.status < 300:
            note(self.headers, body)
        if self.command != "HEAD" and next(numbers) % 5 == 0:
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def chunk(self):
        size = int(self.rfile.readline(), 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    do_GET = do_HEAD = do_POST = do_PUT = forward

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", port), Handler).serve_forever()
