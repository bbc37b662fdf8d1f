"""Reads one export in three formats with readers of others: they have to say the same.

    read.py messages.jsonl messages.csv messages.parquet
"""

import csv
import datetime
import json
import sys

import pyarrow
import pyarrow.parquet

jsonl, table, parquet = sys.argv[1:]
messages = [json.loads(line) for line in open(jsonl, encoding="utf-8")]
rows = list(csv.DictReader(open(table, encoding="utf-8", newline="")))
columns = pyarrow.parquet.read_table(parquet)
stored = columns.to_pylist()
assert len(messages) == len(rows) == len(stored), (len(messages), len(rows), len(stored))

types = {field.name: field.type for field in columns.schema}
assert types["created_at"] == pyarrow.timestamp("us", tz="UTC"), types["created_at"]
assert types["parts"] == pyarrow.int32() and types["text"] == pyarrow.string(), types
assert list(types) == list(rows[0]), "the columns are the same"


def reached(message, *path):
    for member in path:
        message = message.get(member) if message else None
    return message


formulas = 0
for message, row, record in zip(messages, rows, stored):
    for name, path in {
        "id": ("id",),
        "to": ("to",),
        "from": ("from",),
        "reason": ("reason", "code"),
        "carrier_message_id": ("carrier", "message_id"),
        "text": ("text",),
        "client_ref": ("client_ref",),
    }.items():
        said = reached(message, *path)
        assert record[name] == said, (name, record[name], said)
        cell = row[name]
        assert not cell.startswith(tuple("=+-@\t\r")), cell
        if cell.startswith("'"):
            formulas += 1
            cell = cell[1:]
        assert cell == (said or ""), (name, cell, said)
    created = datetime.datetime.fromisoformat(message["created_at"])
    assert record["created_at"] == created, (record["created_at"], created)
    assert record["parts"] == message["parts"] == int(row["parts"])
assert formulas > 0, "numbers begin with a +"
texts = sum(record["text"] is not None for record in stored)
print(len(stored), texts, columns.num_rows, pyarrow.parquet.ParquetFile(parquet).metadata.created_by)
