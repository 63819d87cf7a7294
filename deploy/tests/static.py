"""The program without libraries, for the tests of the image: linked from the objects that the Rust tests have built.

`scripts/release --static` builds all of it anew, optimised; this takes some seconds. What is another one is the last step alone, as
there.
"""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = ROOT / "crates/labelkeep"


def link(to: pathlib.Path) -> pathlib.Path:
    """The program in a folder."""
    cargo = [os.environ.get("CARGO", "cargo"), "test", "--workspace", "--locked", "--no-run", "--test=it"]
    cargo += ["--message-format=json", "--quiet"]
    messages = subprocess.run(cargo, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    libraries, folder = {}, None
    for message in map(json.loads, messages.splitlines()):
        # Crates for build scripts have no line tables: the others are those of the program.
        if message["reason"] != "compiler-artifact" or message["profile"]["test"] or not message["profile"]["debuginfo"]:
            continue
        for file in message["filenames"]:
            if file.endswith(".rlib"):
                libraries[message["target"]["name"].replace("-", "_")] = file
                folder = pathlib.Path(file).parent
    manifest = subprocess.run(
        [cargo[0], "metadata", "--no-deps", "--format-version=1", "--locked"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    (package,) = [found for found in json.loads(manifest)["packages"] if found["name"] == "labelkeep"]
    names = {"labelkeep", *(found["name"].replace("-", "_") for found in package["dependencies"] if found["kind"] is None)}
    program = to / "labelkeep"
    command = ["rustc", "--edition=2024", "--crate-name=labelkeep", "--crate-type=bin", "-C", "target-feature=+crt-static"]
    command += ["-C", "strip=symbols", "-L", f"dependency={folder if folder.name == 'deps' else folder / 'deps'}"]
    for name in sorted(names & set(libraries)):
        command += ["--extern", f"{name}={libraries[name]}"]
    command += ["-o", str(program), str(CRATE / "src/main.rs")]
    version = {"CARGO_PKG_VERSION": package["version"], "CARGO_MANIFEST_DIR": str(CRATE)}
    subprocess.run(command, check=True, env={**os.environ, **version})
    return program
