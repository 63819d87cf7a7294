"""Runs an image as a container engine does where none can: a root that is read only, the image's user, no privileges.

`unshare --mount` gives it mounts of its own; the network is the machine's. Nothing of the machine's files is to be seen but what
is mounted. Started as a program it becomes the container: `python container.py SPECIFICATION`.
"""
import ctypes
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tarfile


@dataclasses.dataclass
class Image:
    """An image that was taken out of its archive."""

    root: pathlib.Path
    config: dict
    # Every file and folder of its layers, as they are recorded there.
    members: list[tarfile.TarInfo]

    @staticmethod
    def unpack(archive: pathlib.Path, to: pathlib.Path) -> "Image":
        with tarfile.open(archive) as outer:
            (manifest,) = json.load(outer.extractfile("manifest.json"))
            config = json.load(outer.extractfile(manifest["Config"]))
            members = []
            for layer in manifest["Layers"]:
                with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                    members += inner.getmembers()
                    inner.extractall(to, filter="fully_trusted")
        return Image(to, config, members)

    @property
    def settings(self) -> dict:
        return self.config["config"]

    def environment(self, **more: str) -> dict[str, str]:
        return {**dict(entry.split("=", 1) for entry in self.settings["Env"]), **more}

    def run(self, arguments: list[str] | None, environment: dict[str, str], mounts: dict[str, tuple[pathlib.Path, str]]):
        """Starts the entry point. `mounts`: path in the container → (path here, "ro" or "rw"); an engine brings its own besides."""
        specification = {
            "root": str(self.root),
            "user": [int(number) for number in self.settings["User"].split(":")],
            "folder": self.settings["WorkingDir"],
            "command": self.settings["Entrypoint"] + (self.settings["Cmd"] if arguments is None else arguments),
            "environment": self.environment(**environment),
            "mounts": {path: (str(source), mode) for path, (source, mode) in mounts.items()},
        }
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, __file__, json.dumps(specification)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def place(root: pathlib.Path, path: str, source: pathlib.Path) -> pathlib.Path:
    """Where something is mounted; engines make such places in a layer of their own."""
    target = root / path.lstrip("/")
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    return target


def become(specification: dict) -> None:
    root = pathlib.Path(specification["root"])
    mounts = {path: (pathlib.Path(source), mode) for path, (source, mode) in specification["mounts"].items()}
    for path in ("/proc", "/dev/null", "/dev/random", "/dev/urandom"):
        mounts.setdefault(path, (pathlib.Path(path), "rw"))
    targets = {path: place(root, path, source) for path, (source, _) in mounts.items()}
    mount("--bind", str(root), str(root))
    mount("-o", "remount,bind,ro", str(root))
    mount("-t", "tmpfs", "-o", "mode=1777,size=64m", "tmpfs", str(root / "tmp"))
    for path, (source, mode) in mounts.items():
        mount("--rbind", str(source), str(targets[path]))
        if mode == "ro":
            mount("-o", "remount,bind,ro", str(targets[path]))
    user, group = specification["user"]
    os.chroot(root)
    os.chdir(specification["folder"])
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    # No set-uid file would help it.
    set_no_new_privileges = 38
    if ctypes.CDLL(None, use_errno=True).prctl(set_no_new_privileges, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    command = specification["command"]
    os.execve(command[0], command, specification["environment"])


if __name__ == "__main__":
    become(json.loads(sys.argv[1]))
