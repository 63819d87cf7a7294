"""What the tests of the chart, the image and the examples share. A part that cannot run here says so and is skipped."""
import os
import pathlib
import shutil
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

collect_ignore = []
try:
    import helm_python  # noqa: F401
    import kubernetes_validate  # noqa: F401
except ImportError:
    print("SKIPPED: the chart: Helm's library is not installed (scripts/setup deploy)")
    collect_ignore = [path.name for path in pathlib.Path(__file__).parent.glob("test_chart_*.py")]


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """
    The image, built by scripts/image with the program of these sources, and taken out of its archive. STATIC_PROGRAM_UNDER_TEST
    names another program, as scripts/release --static leaves one.
    """
    if os.geteuid() != 0:
        pytest.skip("SKIPPED: only root can run a container here")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("SKIPPED: this machine gives no mounts of one's own (unshare)")
    if not shutil.which("buildah"):
        pytest.skip("SKIPPED: there is no buildah (scripts/setup deploy)")
    import static
    from container import Image

    folder = tmp_path_factory.mktemp("image")
    # The user of the image looks into it, too.
    for path in (folder, *folder.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)
    program = os.environ.get("STATIC_PROGRAM_UNDER_TEST") or static.link(folder)
    archive = folder / "image.tar"
    subprocess.run([ROOT / "scripts/image", program], check=True, env={**os.environ, "IMAGE_ARCHIVE": str(archive)})
    root = folder / "root"
    root.mkdir(mode=0o755)
    return Image.unpack(archive, root)


@pytest.fixture
def free_port():
    """Ports that nobody has, one a call."""

    def find() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return str(probe.getsockname()[1])

    return find
