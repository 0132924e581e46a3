"""Fetch the front-end packages with npm and lay their files under static/vendor/ (`make vendor`), and what only the
browser tests need under tests/vendor/.

Needed only to raise a version: the files are committed, and nobody needs Node to run the project.
Source map comments are cut off, because the hashed static storage refuses a file that names a missing one.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LICENCES = Path(__file__).resolve().parent / "licences"

# Package, version, licence, {file in the package: name under the target}. The licence of htmx-ext-sse
# stands only in its licence file.
TABLER = {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js"}
PACKAGES = [
    ("@tabler/core", "1.6.1", "MIT", TABLER),
    ("@tabler/icons", "3.51.0", "MIT", {}),
    ("htmx.org", "2.0.10", "0BSD", {"dist/htmx.min.js": "htmx.min.js"}),
    ("htmx-ext-sse", "2.2.4", "0BSD", {"dist/sse.min.js": "sse.min.js"}),
    ("@alpinejs/csp", "3.17.4", "MIT", {"dist/cdn.min.js": "alpine-csp.min.js"}),
    ("chart.js", "4.6.1", "MIT", {"dist/chart.umd.min.js": "chart.umd.min.js"}),
    ("sortablejs", "1.15.7", "MIT", {"Sortable.min.js": "Sortable.min.js"}),
    ("idiomorph", "0.8.0", "0BSD", {"dist/idiomorph-ext.min.js": "idiomorph-ext.min.js"}),
]
TEST_PACKAGES = [("axe-core", "4.14.1", "MPL-2.0", {"axe.min.js": "axe.min.js"})]
TARGETS = {ROOT / "static" / "vendor": PACKAGES, ROOT / "tests" / "vendor": TEST_PACKAGES}
# The outline icons that `{% icon %}` may name.
ICONS = (Path(__file__).resolve().parent / "icons.txt").read_text().split()


def install(folder: Path) -> Path:
    """Install exactly the pinned versions, running no package's scripts; return node_modules."""
    (folder / "package.json").write_text('{"private": true}')
    wanted = [f"{name}@{version}" for packages in TARGETS.values() for name, version, *_ in packages]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--legacy-peer-deps", "--loglevel=error"]
    subprocess.run(["npm", "install", *flags, *wanted], cwd=folder, check=True)  # noqa: S603, S607
    return folder / "node_modules"


def without_source_map(content: bytes) -> bytes:
    return re.sub(rb"\n?(//#|/\*#) sourceMappingURL=[^\n]*\n?\Z", b"\n", content)


def icon_shapes(modules: Path) -> bytes:
    """The inner shapes of each icon, by name: `{% icon %}` supplies the svg element around them."""
    folder = modules / "@tabler/icons/icons/outline"
    shapes = {}
    for name in sorted(ICONS):
        svg = (folder / f"{name}.svg").read_text()
        inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)[1]
        shapes[name] = re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")
    return json.dumps(shapes, indent=0).encode() + b"\n"


def licence_text(package: Path, name: str) -> str:
    """The package's own licence files, or ours from tools/licences/ where it ships none."""
    own = sorted(package.glob("LICENSE*")) or [LICENCES / f"{slug(name)}.txt"]
    return "\n\n".join(path.read_text().strip() for path in own) + "\n"


def slug(name: str) -> str:
    return name.strip("@").replace("/", "-").replace(".", "-")


def contents_of(modules: Path, name: str, files: dict) -> dict[str, bytes]:
    """What one package contributes, by name under its target."""
    contents = {new: without_source_map((modules / name / old).read_bytes()) for old, new in files.items()}
    if name == "@tabler/icons":
        contents["icons.json"] = icon_shapes(modules)
    contents[f"licences/{slug(name)}.txt"] = licence_text(modules / name, name).encode()
    return contents


def lay_out(modules: Path, target: Path, packages: list) -> list[dict]:
    """Write the packages' files into `target` with their VENDOR.json; return its entries."""
    entries = []
    (target / "licences").mkdir(parents=True)
    for name, version, licence, files in packages:
        contents = contents_of(modules, name, files)
        for new, content in contents.items():
            (target / new).write_bytes(content)
        sums = {new: hashlib.sha256(content).hexdigest() for new, content in contents.items()}
        entries.append({"package": name, "version": version, "licence": licence, "files": sums})
    (target / "VENDOR.json").write_text(json.dumps(entries, indent=2) + "\n")
    return entries


def main() -> None:
    if not shutil.which("npm"):
        sys.exit("npm is missing. Only raising a front-end version needs it: install Node.js 20 or newer.")
    with tempfile.TemporaryDirectory() as folder:
        modules = install(Path(folder))
        for target, packages in TARGETS.items():
            fresh = Path(folder) / target.parent.name
            entries = lay_out(modules, fresh, packages)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
            for entry in entries:
                print(f"{entry['package']} {entry['version']} ({entry['licence']})")


if __name__ == "__main__":
    main()
