"""A name server that knows a few names, for as long as it is needed."""
import contextlib
import socket
import struct
import threading


def answer(question: bytes, names: dict[str, str], asked: set[str]) -> bytes:
    """The answer to one question: an IPv4 address of a known name, nothing for its other kinds, else that there is no such name."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    name = ".".join(labels).lower()
    asked.add(name)
    kind, _ = struct.unpack_from(">HH", question, at + 1)
    asked_for = question[12 : at + 5]
    found = name in names and kind == 1
    flags = 0x8580 if name in names else 0x8583
    head = question[:2] + struct.pack(">HHHHH", flags, 1, int(found), 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4) + socket.inet_aton(names[name]) if found else b""
    return head + asked_for + record


@contextlib.contextmanager
def serving(address: str, names: dict[str, str]):
    """The names that were asked for."""
    asked: set[str] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))

        def serve() -> None:
            while True:
                question, client = server.recvfrom(4096)
                if not question:
                    return
                server.sendto(answer(question, names, asked), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield asked
        # An empty message is the end.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (address, 53))
        thread.join()
