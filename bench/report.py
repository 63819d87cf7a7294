"""Where figures of a measurement go: a page of Markdown in bench/results, and the terminal."""
import os
import pathlib
import platform
import time

RESULTS = pathlib.Path(__file__).resolve().parent / "results"


def machine(database="SQLite"):
    """On what was measured, and when."""
    with open("/proc/cpuinfo") as about:
        model = next((line.split(":")[1].strip() for line in about if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, {database}, {time.strftime('%Y-%m-%d')}"


def write(name, lines):
    """Writes the page of this name, and prints it."""
    text = "\n".join(lines) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    print("\n" + text)
