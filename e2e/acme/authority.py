"""A real ACME authority (acme2certifier) on loopback, for tests of the feature `acme`.

`authority.py FOLDER PROGRAM_PORT` makes a certificate authority in FOLDER, serves ACME over TLS on a free port of
localhost, and prints one line of JSON: its directory and the file of its certificate. Every name is looked up as 127.0.0.1,
and its proofs are asked for at PROGRAM_PORT instead of 443 (tls-alpn-01) and 80 (http-01): tests have no ports of root.
"""

import datetime
import json
import os
import socket
import ssl
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FOLDER, PROGRAM_PORT = os.path.abspath(sys.argv[1]), int(sys.argv[2])


def path(name):
    return os.path.join(FOLDER, name)


def make(name, issuer=None):
    """A key and a certificate: of the authority itself, or signed by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    else:
        usage = dict.fromkeys(
            ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"],
            False,
        )
        usage |= {"digital_signature": True, "key_cert_sign": True, "crl_sign": True}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    certificate = builder.sign(issuer[0] if issuer else key, hashes.SHA256())
    return key, certificate


def write(name, pair):
    key, certificate = pair
    with open(path(name + ".key"), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    with open(path(name + ".pem"), "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))


AUTHORITY = make("An ACME authority of a test")
write("ca", AUTHORITY)
write("server", make("localhost", AUTHORITY))
os.makedirs(path("certs"), exist_ok=True)
with open(path("acme_srv.cfg"), "w") as file:
    file.write(
        f"""[DEFAULT]
debug: False
[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {path("ca.key")}
issuing_ca_cert: {path("ca.pem")}
issuing_ca_crl: {path("ca.crl")}
cert_save_path: {path("certs")}
ca_cert_chain_list: []
cert_validity_days: 20
[DBhandler]
handler_module: acme2certifier.dbhandlers.wsgi_handler
dbfile: {path("acme.db")}
[Challenge]
challenge_validation_timeout: 10
[Directory]
tos_url: https://localhost/terms
"""
    )
os.environ["ACME_SRV_CONFIGFILE"] = path("acme_srv.cfg")
os.chdir(FOLDER)

# Names of the test lead to this machine, and proofs to the program's port.
_connect = socket.socket.connect


def connect(self, address):
    if isinstance(address, tuple) and address[1] in (80, 443):
        address = ("127.0.0.1", PROGRAM_PORT)
    return _connect(self, address)


socket.socket.connect = connect
import socks  # noqa: E402

_socks_connect = socks.socksocket.connect
socks.socksocket.connect = lambda self, address, *rest, **more: _socks_connect(
    self, ("127.0.0.1", PROGRAM_PORT) if address[1] in (80, 443) else address, *rest, **more
)
import acme2certifier.acme_srv.helper as helper  # noqa: E402

helper.fqdn_resolve = lambda *_, **__: ("127.0.0.1", False, None)

from wsgiref.simple_server import WSGIRequestHandler, make_server  # noqa: E402

from acme2certifier.share import acme2certifier_wsgi as acme  # noqa: E402


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", 0, acme.application, handler_class=Quiet)
port = server.server_port
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(path("server.pem"), path("server.key"))
server.socket = context.wrap_socket(server.socket, server_side=True)
server.base_environ["HTTPS"] = "on"
print(json.dumps({"directory": f"https://localhost:{port}/directory", "authority": path("ca.pem")}), flush=True)
server.serve_forever()
