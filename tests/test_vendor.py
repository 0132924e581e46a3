"""The front-end packages are exactly those of VENDOR.json, and no page asks another host for anything."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What pages load, and what only tests do; the licences that each may have.
FOLDERS = {ROOT / "static" / "vendor": {"MIT", "0BSD"}, ROOT / "tests" / "vendor": {"MIT", "0BSD", "MPL-2.0"}}
ENTRIES = [(folder, entry) for folder in FOLDERS for entry in json.loads((folder / "VENDOR.json").read_text())]
FILES = {folder / name: digest for folder, entry in ENTRIES for name, digest in entry["files"].items()}
OTHER_HOST = re.compile(r"""(?:https?:|["'(\s=])//[\w.-]+""", re.IGNORECASE)
OURS = [*ROOT.glob("templates/**/*.*"), *ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_vendored_file_is_what_was_published(path):
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FILES[path]


def test_no_file_lies_there_unlisted():
    lying = {path for folder in FOLDERS for path in folder.rglob("*") if path.is_file()}
    assert lying == {*FILES, *(folder / "VENDOR.json" for folder in FOLDERS)}


@pytest.mark.parametrize(("folder", "entry"), ENTRIES, ids=[entry["package"] for _folder, entry in ENTRIES])
def test_every_package_brings_its_licence(folder, entry):
    texts = [name for name in entry["files"] if name.startswith("licences/")]
    assert len(texts) == 1
    assert "permission" in (folder / texts[0]).read_text().lower()
    assert entry["licence"] in FOLDERS[folder]


def test_no_stylesheet_loads_from_elsewhere():
    for sheet in ROOT.glob("static/**/*.css"):
        loaded = re.findall(r"@import[^;]*|url\(\s*['\"]?([^)'\"]{0,60})", sheet.read_text())
        assert all(target.startswith(("data:", "../img/")) for target in loaded), sheet.name


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_of_ours_names_another_host(path):
    if path.suffix == ".txt" or "email" in path.name:
        return  # a mail names our own site by its variable
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not OTHER_HOST.search(text), OTHER_HOST.search(text)[0]


@pytest.mark.parametrize("path", sorted(ROOT.glob("templates/**/*.html")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_a_looser_content_policy(path):
    text = re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text())
    assert not re.search(r"<[^>]+\s(style|on\w+|hx-on[:\w-]*)\s*=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style", text)
