"""axe-core in the page before us: `serious(page)` are its serious and critical findings, in a line each."""

from pathlib import Path

SOURCE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
GRAVE = ("serious", "critical")


def serious(page, name: str) -> list[str]:
    """axe comes in by the debugger's door: no content policy has to let it in."""
    page.evaluate(f"() => {{ {SOURCE} }}")
    return [
        f"{name}: {finding['id']} ({finding['impact']}) {' '.join(node['target'])}: {node['failureSummary']}"
        for finding in page.evaluate(RUN)
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]
