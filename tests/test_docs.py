"""The documents: links lead somewhere, outputs are what a command wrote, and nothing private is in the tree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_shows_what_the_command_printed() -> None:
    assert (ROOT / "docs/generated/prove-mnist.txt").read_text() in (ROOT / "README.md").read_text()


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "\npython -m pip install -e . && sidebyside\n" in readme
    assert '\npython -m pip install -e ".[test]" && python -m pytest\n' in readme


def test_no_machine_paths_in_the_tree() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    private = re.compile(r"/(?:root|home|tmp|work|opt)/\w")
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".ipynb", ".toml", ".html", ".css", ".yaml", ".txt"} and path.is_file():
            found = private.search(path.read_text())
            assert found is None, f"{name}: {found and found.group()}"
