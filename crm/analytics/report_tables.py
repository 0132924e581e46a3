"""Figures as tables, for CSV and XLSX: an object becomes one row, a list in it a table of its own."""

from betterside.sheets import Table


def tables(name: str, figures: dict | list[dict]) -> list[Table]:
    """The first is the report's own; `{"by_type": {"call": 5}}` has the column `by_type.call`."""
    if isinstance(figures, list):
        return [_table(name, figures)]
    row, lists = _flat(figures), _lists(figures)
    own = [_table(name, [row])] if row else []
    return own + [_table(key, rows) for key, rows in lists.items()]


def _table(name: str, rows: list[dict]) -> Table:
    rows = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return Table(name, columns, [[row.get(column) for column in columns] for row in rows])


def _flat(row: dict, prefix: str = "") -> dict:
    found = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            found[f"{prefix}{key}"] = value
    return found


def _lists(figures: dict, prefix: str = "") -> dict[str, list[dict]]:
    found = {}
    for key, value in figures.items():
        if isinstance(value, list):
            found[f"{prefix}{key}"] = value
        elif isinstance(value, dict):
            found |= _lists(value, f"{prefix}{key}.")
    return found
