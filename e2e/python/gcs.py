"""Google Cloud Storage as far as storages need it, after its documentation: tokens for signed statements, the JSON API for objects,
links with signatures of version 4. It checks what it is sent with a library of its own, and shares no code with the program."""
import base64
import datetime
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EMAIL = "labels@project.iam.gserviceaccount.com"


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Gcs:
    """The server. `objects` are by bucket and key; `faults` are the statuses and reasons of the next answers."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.objects: dict[str, dict[str, tuple[bytes, int]]] = {}
        self.rights: set[str] = {"list", "get", "create", "delete"}
        self.tokens: dict[str, str] = {}
        self.faults: list[tuple[int, str]] = []
        self.clock = 0
        self.issued = 0
        self.page = 1_000
        self.lock = threading.Lock()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with server.lock:
                    status, headers, content = server.answer(self.command, self.path, self.headers, body)
                self.send_response_only(status)
                date = datetime.datetime.fromtimestamp(server.now(), datetime.timezone.utc)
                self.send_header("date", date.strftime("%a, %d %b %Y %H:%M:%S GMT"))
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def credentials(self, **change) -> str:
        """The file of a key of the service account."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "token_uri": f"{self.url}/token",
        }
        return json.dumps({**file, **change})

    def now(self) -> float:
        return time.time() + self.clock

    def put(self, bucket, key, content: bytes):
        generation = time.monotonic_ns()
        self.objects[bucket][key] = (content, generation)

    def answer(self, method, path, headers, body):
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if url.path == "/token" and method == "POST":
            return self.token(body)
        if self.faults:
            return self.error(*self.faults.pop(0))
        if url.path.startswith(("/storage/v1/b/", "/upload/storage/v1/b/")):
            return self.api(method, url.path, query, headers, body)
        return self.linked(method, url, query)

    @staticmethod
    def json(status, body):
        return status, {"content-type": "application/json"}, json.dumps(body).encode()

    def error(self, status, reason):
        return self.json(status, {"error": {"code": status, "message": "a text of the store", "errors": [{"reason": reason}]}})

    def token(self, body):
        refused = lambda: self.json(400, {"error": "invalid_grant", "error_description": "a text of the store"})
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self.json(400, {"error": "unsupported_grant_type"})
        head, claims, signature = form["assertion"].split(".")
        try:
            signed = f"{head}.{claims}".encode()
            self.key.public_key().verify(unpadded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return refused()
        claims = json.loads(unpadded(claims))
        fresh = abs(claims["iat"] - self.now()) < 300 and claims["exp"] - claims["iat"] <= 3600
        if claims["iss"] != EMAIL or claims["aud"] != f"{self.url}/token" or not fresh:
            return refused()
        self.issued += 1
        token = f"token-{self.issued}"
        self.tokens[token] = claims["scope"]
        return self.json(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def api(self, method, path, query, headers, body):
        scope = self.tokens.get((headers.get("authorization") or "").removeprefix("Bearer "))
        if scope is None:
            return self.error(401, "authError")
        parts = path.removeprefix("/upload").split("/")
        if parts[5:] == ["iam", "testPermissions"]:
            return self.json(200, {"permissions": [f"storage.objects.{right}" for right in sorted(self.rights)]})
        bucket, key = urllib.parse.unquote(parts[4]), urllib.parse.unquote("/".join(parts[6:]))
        right = {"GET": "get" if key else "list", "POST": "create", "DELETE": "delete"}[method]
        writes = right in ("create", "delete")
        if right not in self.rights or (writes and not scope.endswith("devstorage.read_write")):
            return self.error(403, "forbidden")
        objects = self.objects.get(bucket)
        if objects is None:
            return self.error(404, "notFound")
        if right == "list":
            return self.list(objects, query)
        if right == "create":
            self.put(bucket, query["name"], body)
            return self.json(200, {"name": query["name"]})
        if key not in objects:
            return self.error(404, "notFound")
        if right == "delete":
            del objects[key]
            return 204, {}, b""
        return self.content(objects[key], headers.get("range"), "application/octet-stream")

    def list(self, objects, query):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
        after = unpadded(query["pageToken"]).decode() if "pageToken" in query else ""
        start = query.get("startOffset", "")
        items, folders, last, is_cut = [], [], after, False
        for key in sorted(objects, key=str.encode):
            if key.encode() <= after.encode() or key.encode() < start.encode() or not key.startswith(prefix):
                continue
            below = key[len(prefix) :]
            folder = prefix + below[: below.index(delimiter) + 1] if delimiter and delimiter in below else None
            if folder and (folder in folders or after.startswith(folder)):
                last = key
                continue
            if len(items) + len(folders) == min(self.page, int(query.get("maxResults", 1000))):
                is_cut = True
                break
            last = key
            if folder:
                folders.append(folder)
            else:
                content, generation = objects[key]
                updated = "2026-11-23T08:38:09.000Z"
                items.append({"name": key, "size": str(len(content)), "updated": updated, "generation": str(generation)})
        out = {"items": items, "prefixes": folders}
        if is_cut:
            out["nextPageToken"] = base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")
        return self.json(200, out)

    def content(self, found, part, kind):
        content, generation = found
        headers = {"content-type": kind, "etag": f'"{generation}"'}
        if not part:
            return 200, headers, content
        first, last = part.removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last or len(content)), len(content) - 1)
        if first >= len(content):
            return self.error(416, "requestedRangeNotSatisfiable")
        return 206, {**headers, "content-range": f"bytes {first}-{last}/{len(content)}"}, content[first : last + 1]

    def linked(self, method, url, query):
        """A link: `X-Goog-Signature` over everything else of the request."""
        if method != "GET" or query.get("X-Goog-Algorithm") != "GOOG4-RSA-SHA256":
            return self.error(403, "forbidden")
        pairs = [pair for pair in url.query.split("&") if not pair.startswith("X-Goog-Signature=")]
        host = urllib.parse.urlsplit(self.url).netloc
        canonical = "\n".join(["GET", url.path, "&".join(sorted(pairs)), f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"])
        email, scope = query["X-Goog-Credential"].split("/", 1)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["GOOG4-RSA-SHA256", query["X-Goog-Date"], scope, digest])
        at = datetime.datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        try:
            signature = bytes.fromhex(query["X-Goog-Signature"])
            self.key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return self.error(403, "SignatureDoesNotMatch")
        if email != EMAIL or self.now() > at.timestamp() + int(query["X-Goog-Expires"]):
            return self.error(403, "ExpiredToken")
        bucket, key = urllib.parse.unquote(url.path.lstrip("/")).split("/", 1)
        if key not in self.objects.get(bucket, {}):
            return self.error(404, "notFound")
        kind = query.get("response-content-type", "application/octet-stream")
        status, headers, body = self.content(self.objects[bucket][key], None, kind)
        headers |= {"content-disposition": query[name] for name in ("response-content-disposition",) if name in query}
        return status, headers, body
