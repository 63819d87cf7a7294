"""A proxy before a store that fails when it is told to: one fault for each request, in their order, then none."""
import collections
import http.client
import http.server
import threading
import time
import urllib.parse


class FaultProxy:
    """`faults` holds what happens to the next requests:

    `("cut", bytes)`: the connection ends after so many bytes of the answer's content; before it with `None`.
    `("slow", bytes, seconds)`: the content comes in such pieces, with this pause before each.
    `("error", status, code)`: an answer of S3 in the store's place. `("skew", seconds)`: one whose clock is ahead.
    """

    def __init__(self, endpoint: str):
        self.behind = urllib.parse.urlsplit(endpoint).netloc
        self.faults = collections.deque()
        self.happened = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                fault = proxy.next()
                if fault[0] == "error":
                    return self.refuse(fault[1], fault[2], time.time())
                if fault[0] == "skew":
                    return self.refuse(403, "RequestTimeTooSkewed", time.time() + fault[1])
                if fault == ("cut", None):
                    self.close_connection = True
                    return None
                store = http.client.HTTPConnection(proxy.behind, timeout=20)
                store.request(self.command, self.path, body=body, headers=dict(self.headers))
                answer = store.getresponse()
                content = answer.read()
                store.close()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                return self.give(content, fault)

            def give(self, content, fault):
                if fault[0] == "cut" and len(content) > fault[1]:
                    self.close_connection = True
                    self.wfile.write(content[: fault[1]])
                elif fault[0] == "slow":
                    for begin in range(0, len(content), fault[1]):
                        time.sleep(fault[2])
                        self.wfile.write(content[begin : begin + fault[1]])
                else:
                    self.wfile.write(content)

            def refuse(self, status, code, now):
                content = f"<Error><Code>{code}</Code></Error>".encode()
                self.send_response_only(status)
                self.send_header("date", self.date_time_string(now))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def next(self):
        try:
            fault = self.faults.popleft()
        except IndexError:
            return ("none",)
        self.happened += 1
        return fault
