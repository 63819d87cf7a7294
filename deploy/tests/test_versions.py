"""One version in all places that name it."""
import pathlib
import tomllib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_chart_and_example_run_the_version_of_these_sources():
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    chart = yaml.safe_load((ROOT / "deploy/helm/labelkeep/Chart.yaml").read_text())
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == version
    assert compose["services"]["app"]["image"] == f"labelkeep:{version}"
