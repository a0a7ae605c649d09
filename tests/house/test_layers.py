"""The layers hold, and the check that says so would notice."""

import shutil
import tomllib

import pytest

from tests.house.commands import ROOT, run

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
LINT = ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")


def test_the_layers_hold():
    done = run(*LINT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("supporters/models.py", "import stories.models"),
        ("safeguarding/gate.py", "import supporters.models"),
        ("stories/text.py", "from hope_site import env"),
        ("stories/listing.py", "import donations.apps"),
        ("public_pages/models.py", "import stories.models"),
    ],
)
def test_a_step_sideways_or_up_is_noticed(tmp_path, where, line):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")]
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / where).open("a") as file:
        file.write(f"\n{line}\n")
    done = run(*LINT, cwd=tmp_path)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_every_package_is_under_the_rules():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(PACKAGES)
