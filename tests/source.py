"""The project's own Python files, parsed: for tests of its structure."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Lower may not import higher (DESIGN section 2).
LAYERS = ["betterside", "crm", "marketing", "cp"]


@dataclass
class Source:
    path: str  # from the root, with slashes
    tree: ast.Module

    @property
    def app(self) -> str:
        return self.path.split("/")[0]

    @cached_property
    def imports(self) -> list[tuple[str, str, int]]:
        """(module, name, line) of each import, also inside functions; relative ones made absolute."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, alias.asname or alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                found += [(module, alias.asname or alias.name, node.lineno) for alias in node.names]
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.path.split("/")[: -node.level]
        return ".".join([*package, *filter(None, [node.module])])

    def functions(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def sources(*, tests: bool = False, migrations: bool = False) -> list[Source]:
    """Every file of the four layers; tests and migrations only when asked for."""
    found = []
    for path in sorted(path for app in LAYERS for path in (ROOT / app).rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if ("tests" in parts and not tests) or ("migrations" in parts and not migrations):
            continue
        found.append(Source("/".join(parts), ast.parse(path.read_text())))
    return found
