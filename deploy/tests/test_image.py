"""The image: what is in it, and that it runs with a root that is read only."""
import contextlib
import json
import os
import pathlib
import ssl
import stat
import struct
import subprocess
import tarfile
import urllib.request

import pytest

# What the image holds, and whose it is: the program, the texts of its licences, the list of its parts, and two empty folders.
CONTENT = {
    "labelkeep",
    "licenses", "licenses/LICENSE", "licenses/NOTICE", "licenses/third-party.md",
    "sbom", "sbom/labelkeep.cdx.json",
    "tmp",
    "label-studio", "label-studio/data",
}


@pytest.fixture
def data(tmp_path):
    """A data folder of the image's user."""
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    os.chown(folder, 10001, 10001)
    return folder


@contextlib.contextmanager
def running(image, environment, mounts):
    """A container that has said that it is ready, with what it said."""
    process = image.run(None, environment, mounts)
    try:
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith("Nobody has an account yet"):
                break
        else:
            raise AssertionError("\n".join(said))
        process.said = "\n".join(said)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_sec_252_the_image_is_the_program_and_nothing_else(image):
    assert {member.name.strip("./") for member in image.members} - {""} == CONTENT
    for member in image.members:
        assert not member.mode & (stat.S_ISUID | stat.S_ISGID), f"{member.name} is set-uid"
        assert member.isdir() or member.isreg(), f"{member.name} is neither file nor folder"
        own = member.name.strip("./") == "label-studio/data"
        assert (member.uid, member.gid) == ((10001, 10001) if own else (0, 0)), member.name
    programs = [member.name for member in image.members if member.isreg() and member.mode & 0o111]
    assert programs == ["labelkeep"], "no shell, no other program"


def test_sec_252_the_program_is_one_static_file(image):
    head = (image.root / "labelkeep").read_bytes()[:4096]
    assert head[:4] == b"\x7fELF"
    (offset,) = struct.unpack_from("<Q", head, 32)
    size, number = struct.unpack_from("<HH", head, 54)
    kinds = [struct.unpack_from("<I", head, offset + size * index)[0] for index in range(number)]
    assert 1 in kinds and 3 not in kinds, "it is loaded, and asks for no loader"


def test_sec_252_it_runs_as_a_number_and_asks_after_its_health_itself(image):
    settings = image.settings
    assert settings["User"] == "10001:10001"
    assert settings["Entrypoint"] == ["/labelkeep"] and settings["Cmd"] == ["start"]
    assert settings["Healthcheck"]["Test"] == ["CMD", "/labelkeep", "health"], "without a shell"
    assert list(settings["ExposedPorts"]) == ["8080/tcp"]
    assert list(settings["Volumes"]) == ["/label-studio/data"]


def test_sec_252_the_same_program_makes_the_same_layers(image, tmp_path):
    archive = tmp_path / "again.tar"
    command = [pathlib.Path(__file__).resolve().parents[2] / "scripts/image", image.root / "labelkeep"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "IMAGE_ARCHIVE": str(archive)})
    with tarfile.open(archive) as outer:
        again = json.load(outer.extractfile(json.load(outer.extractfile("manifest.json"))[0]["Config"]))
    assert again["rootfs"] == image.config["rootfs"] and again["created"] == image.config["created"]


def test_sec_260_scanners_find_every_part_of_the_image_in_it(image):
    bill = json.loads((image.root / "sbom/labelkeep.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    names = {part["name"] for part in bill["components"]}
    assert {"rustls", "rusqlite", "react"} <= names
    # And there is nothing in it that the bill does not speak of: no base, no package of a distribution.
    assert not [member for member in image.members if member.name.startswith(("usr", "lib", "var", "etc"))]


def test_sec_253_it_runs_with_a_read_only_root_and_writes_its_data_for_itself_alone(image, data, free_port):
    port, monitoring = free_port(), free_port()
    settings = {"PORT": port, "INTERNAL_HOST": "127.0.0.1", "LABELKEEP_MONITORING_PORT": monitoring}
    mounts = {"/label-studio/data": (data, "rw")}
    with running(image, settings, mounts) as server:
        assert f"https://localhost:{port}" in server.said
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f"https://localhost:{port}/health", context=context) as answer:
            assert json.load(answer) == {"status": "UP"}
        health = image.run(["health"], settings, mounts)
        assert (health.communicate()[0], health.returncode) == ('{"status": "UP"}\n', 0)
    written = [data, *data.rglob("*")]
    assert {path.relative_to(data).parts[0] for path in written[1:]} >= {"labelkeep.sqlite3", "keys", "tls"}
    for path in written:
        found = path.stat()
        assert found.st_uid == 10001 and not found.st_mode & 0o077, path
    ended = image.run(["health"], settings, mounts)
    assert "does not answer" in ended.communicate()[0] and ended.returncode == 1


def test_sec_253_without_its_data_folder_it_can_write_nothing(image, free_port):
    ended = image.run(None, {"PORT": free_port(), "LABELKEEP_MONITORING_PORT": free_port()}, {})
    said = ended.communicate(timeout=30)[0]
    assert ended.returncode == 1 and "Read-only file system" in said, said


def test_sec_253_secrets_of_an_orchestrator_are_taken_and_open_ones_are_not(image, data, tmp_path, free_port):
    """A Secret in a pod: root's files, readable for the pod's group."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o755)
    key = secrets / "master.key"
    key.write_text("labelkeep-key-1:" + "A" * 43 + "=\n")
    os.chown(key, 0, 10001)
    settings = {
        "PORT": free_port(),
        "INTERNAL_HOST": "127.0.0.1",
        "LABELKEEP_MONITORING_PORT": free_port(),
        "LABELKEEP_KEY_FILE": "/opt/labelkeep/secrets/master.key",
    }
    mounts = {"/label-studio/data": (data, "rw"), "/opt/labelkeep/secrets": (secrets, "ro")}
    key.chmod(0o440)
    with running(image, settings, mounts):
        assert not (data / "keys").exists(), "the key is the orchestrator's"
    for mode in (0o444, 0o460):
        key.chmod(mode)
        refused = image.run(None, settings, mounts)
        assert "others can read it" in refused.communicate(timeout=30)[0] and refused.returncode == 1
