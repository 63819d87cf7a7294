"""An S3 server whose bucket is made up: any number of small objects with keys in order, and one large object. It checks no
signatures and keeps nothing, so that what is measured is who reads it. It runs in a process of its own."""
import multiprocessing
import re
import socket
import threading
import urllib.parse

BUCKET = "made-up"
LARGE = "large.bin"
PAGE = 1_000
# The content of the large object, again and again. A length that no buffer shares shows every byte that is lost or doubled.
PATTERN = bytes(number * 7 % 256 for number in range(1_000_003))


def part(first, length):
    """So many bytes of the large object from one on."""
    begin = first % len(PATTERN)
    rounds = (begin + length) // len(PATTERN) + 1
    return (PATTERN * rounds)[begin:begin + length]


class Listing:
    """`objects` objects below `in/`, and `large.bin` of `size` bytes."""

    def __init__(self, objects, size):
        self.objects, self.size = objects, size
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.endpoint = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.process = multiprocessing.Process(target=self.serve, daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        try:
            while line := reader.readline():
                headers = {}
                while (header := reader.readline()) not in (b"\r\n", b""):
                    name, value = header.decode().split(":", 1)
                    headers[name.lower()] = value.strip()
                self.answer(connection, line.decode().split(" ")[1], headers)
        except OSError:
            pass
        finally:
            connection.close()

    def answer(self, connection, target, headers):
        path, _, query = target.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        if path.strip("/") == BUCKET:
            body = self.list(asked)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        size = self.size if path.endswith(LARGE) else 1
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        first = int(found[1]) if found else 0
        last = min(int(found[2]) if found and found[2] else size - 1, size - 1)
        length = last - first + 1
        head = f"HTTP/1.1 {'206 Partial Content' if found else '200 OK'}\r\nETag: \"x\"\r\nContent-Length: {length}\r\n"
        if found:
            head += f"Content-Range: bytes {first}-{last}/{size}\r\n"
        connection.sendall(head.encode() + b"\r\n")
        while length > 0:
            piece = part(first, min(length, len(PATTERN)))
            connection.sendall(piece)
            first, length = first + len(piece), length - len(piece)

    def list(self, asked):
        behind = asked.get("continuation-token") or asked.get("start-after") or ""
        number = re.fullmatch(r"in/(\d+)\.jpg", behind)
        first = int(number[1]) + 1 if number else 0
        last = min(first + int(asked.get("max-keys", PAGE)), self.objects)
        if "in/" < asked.get("prefix", "in/"):
            first = last = self.objects
        contents = "".join(
            f"<Contents><Key>in%2F{index:08}.jpg</Key><LastModified>2026-11-23T08:38:09.000Z</LastModified>"
            f"<ETag>&quot;{index:032x}&quot;</ETag><Size>1</Size></Contents>"
            for index in range(first, last))
        if asked.get("prefix", "") == "large":
            contents = f"<Contents><Key>{LARGE}</Key><ETag>&quot;x&quot;</ETag><Size>{self.size}</Size></Contents>"
            last = self.objects
        is_cut = last < self.objects
        token = f"<NextContinuationToken>in/{last - 1:08}.jpg</NextContinuationToken>" if is_cut else ""
        return (f"<?xml version=\"1.0\"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(is_cut).lower()}</IsTruncated>"
                f"{token}{contents}</ListBucketResult>").encode()
