"""What a full dump of the database would show."""

from django.db import connection


def hits(*words: str) -> dict[str, int]:
    """Rows by table that hold one of the words, in any column."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            like = " OR ".join(["row::text ILIKE %s"] * len(words))
            cursor.execute(f"SELECT count(*) FROM {name} AS row WHERE {like}", [f"%{word}%" for word in words])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}
