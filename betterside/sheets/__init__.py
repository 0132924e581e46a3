"""Tables written to files row by row: memory stays the same however many rows there are.

    write(path, "csv", [Table("Leads", ["id", "name"], rows)], zone)

Cells are None, texts, numbers, Decimals, booleans and aware datetimes, which are written as local times of the zone.
No text can run as a formula (betterside.cells). JSON has no tables; it is written by `write_json`.
"""

from .tables import Table
from .text import write_csv, write_json
from .workbook import write_xlsx

__all__ = ["Table", "write_csv", "write_json", "write_xlsx"]
