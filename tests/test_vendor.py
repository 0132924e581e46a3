"""The front-end packages are exactly those of VENDOR.json, and no page asks another host for anything."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
ENTRIES = json.loads((VENDOR / "VENDOR.json").read_text())
FILES = {name: digest for entry in ENTRIES for name, digest in entry["files"].items()}
OTHER_HOST = re.compile(r"""(?:https?:|["'(\s=])//[\w.-]+""", re.IGNORECASE)
OURS = [*ROOT.glob("templates/**/*.*"), *ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")]


@pytest.mark.parametrize("name", FILES)
def test_a_vendored_file_is_what_was_published(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name]


def test_no_file_lies_there_unlisted():
    lying = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert lying == {*FILES, "VENDOR.json"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["package"])
def test_every_package_brings_its_licence(entry):
    texts = [name for name in entry["files"] if name.startswith("licences/")]
    assert len(texts) == 1
    assert "permission" in (VENDOR / texts[0]).read_text().lower()
    assert entry["licence"] in {"MIT", "0BSD"}


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
