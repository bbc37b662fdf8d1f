#!/usr/bin/env python3
"""The same messages in Postrider, in SQLite with FTS5 and in PostgreSQL: one table of what it takes.

    benches/compare/compare.py --postrider target/release/postrider --messages 1000000

Postrider writes its own made-up traffic (`sim ledger`), whole histories with every event. The others get what
`export` says of each message: its columns, its text and its end, accepted in batches that are committed, then
updated once with the end, as a gateway would. Each has an index for every question that is asked. Questions
go the way an application would ask them: HTTP with a new connection here, a prepared statement there.
SQLite is Python's own. PostgreSQL is Debian's package and psycopg (requirements.txt); without them its
column says so.
"""

import argparse
import glob
import http.client
import json
import os
import random
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

BATCH = 1000
KEY = "compare-key"
COLUMNS = "id, created_at, account, source, destination, disposition, reason, carrier, carrier_id, ref, text"
ENDS = "disposition = ?, reason = ?, carrier_id = ?"

# What is asked: a name, the query of Postrider and the condition of SQL, both with one place for a value.
QUESTIONS = [
    ("by id", "id:{}", "id = ?", 0),
    ("by destination", "to:{}", "destination = ?", 4),
    ("by carrier's id", "carrier_id:{}", "carrier_id = ?", 8),
    ("by first digits", "to:{}*", "destination >= ? and destination < ?", 4),
    ("account, bounced", "account:{} disposition:bounced", "account = ? and disposition = 'bounced'", 2),
    ("by a word", "text:{}", "WORDS", 10),
]
LIMIT = 50


def rows(path):
    """The rows of an export, oldest first would need memory: newest first is as good for all three."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            it = json.loads(line)
            carrier = it["carrier"] or {}
            yield (
                it["id"], it["created_at"], it["account"], it["from"], it["to"], it["disposition"],
                (it["reason"] or {}).get("code"), carrier.get("id"), carrier.get("message_id"),
                it["client_ref"], it.get("text"),
            )


def batches(path):
    batch = []
    for row in rows(path):
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def size_of(folder):
    """Octets on the disk: what was reserved and not written does not count."""
    return sum(os.stat(os.path.join(at, name)).st_blocks * 512 for at, _, names in os.walk(folder) for name in names)


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def prefix_end(prefix):
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def measure(ask, samples, count):
    """p50 and p99 of each question, in milliseconds."""
    result = {}
    for name, query, condition, column in QUESTIONS:
        known = [sample[column] for sample in samples if sample[column]]
        if not known:
            continue
        chance, taken = random.Random(name), []
        for _ in range(count):
            value = chance.choice(known)
            if name == "by a word":
                words = [word for word in value.split() if word.isalpha()]
                if not words:
                    continue
                value = chance.choice(words)
            if name == "by first digits":
                value = value[:8]
            begun = time.perf_counter()
            ask(query, condition, value)
            taken.append((time.perf_counter() - begun) * 1000)
        taken.sort()
        if taken:
            result[name] = (taken[len(taken) // 2], taken[min(len(taken) - 1, len(taken) * 99 // 100)])
    return result


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(postrider, folder, data):
    """A gateway on the directory, and how it is asked."""
    port = free_port()
    config = os.path.join(folder, "postrider.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(
            f'data_dir = "{data}"\n[smpp]\nlisten = "127.0.0.1:{free_port()}"\n[log]\nlevel = "error"\n'
            f'[http]\nlisten = "127.0.0.1:{port}"\n[[http.key]]\nkey = "{KEY}"\nscopes = ["*"]\n'
        )
    gateway = subprocess.Popen([postrider, "serve", "--config", config])
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return gateway, port
        except OSError:
            pass
        if gateway.poll() is not None:
            break
        time.sleep(0.1)
    gateway.kill()
    sys.exit("the gateway did not become ready")


def in_postrider(arguments, folder):
    data = os.path.join(folder, "postrider")
    before = cpu_of_children()
    begun = time.time()
    subprocess.run(
        [arguments.postrider, "sim", "ledger", "--messages", str(arguments.messages), "--days", "7",
         "--data-dir", data], check=True)
    took, cpu = time.time() - begun, cpu_of_children() - before
    found = {"messages": arguments.messages, "took": took, "cpu": cpu, "bytes": size_of(data)}
    gateway, port = serve(arguments.postrider, folder, data)
    exported = os.path.join(folder, "messages.jsonl")
    subprocess.run(
        [arguments.postrider, "export", "--url", f"http://127.0.0.1:{port}", "--key", KEY, "--format",
         "jsonl", "--texts", "--output", exported], check=True)
    samples = sample(exported)

    def ask(query, _, value):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        value = f'"{value}"' if " " in value else value
        body = json.dumps({"query": query.format(value), "limit": LIMIT})
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/messages/search", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        connection.close()

    try:
        found["asked"] = measure(ask, samples, arguments.asked)
    finally:
        gateway.terminate()
        gateway.wait()
    return found, exported, samples


def sample(exported):
    chance, kept = random.Random(1), []
    for number, row in enumerate(rows(exported)):
        if len(kept) < 2000:
            kept.append(row)
        elif chance.randrange(number + 1) < 2000:
            kept[chance.randrange(2000)] = row
    return kept


def load(exported, insert, update):
    """Accepts each batch, and tells its ends right after."""
    count = 0
    for batch in batches(exported):
        insert([row[:5] + ("in_progress", None, row[7], None) + row[9:] for row in batch])
        update([(row[5], row[6], row[8], row[0]) for row in batch])
        count += len(batch)
    return count


def in_sqlite(arguments, folder, exported, samples):
    place = os.path.join(folder, "sqlite")
    os.mkdir(place)
    base = sqlite3.connect(os.path.join(place, "messages.db"), isolation_level=None)
    base.executescript(
        f"pragma journal_mode = wal; pragma synchronous = full; create table messages ({COLUMNS});"
        "create unique index by_id on messages (id); create index by_destination on messages"
        " (destination, created_at); create index by_carrier_id on messages (carrier_id); create index"
        " by_account on messages (account, disposition, created_at); create virtual table words using"
        " fts5 (text, content='', detail=none);")

    def insert(batch):
        base.execute("begin")
        for row in batch:
            at = base.execute(f"insert into messages ({COLUMNS}) values ({','.join('?' * 11)})", row).lastrowid
            base.execute("insert into words (rowid, text) values (?, ?)", (at, row[10]))
        base.execute("commit")

    def update(batch):
        base.execute("begin")
        base.executemany(f"update messages set {ENDS} where id = ?", batch)
        base.execute("commit")

    before, begun = time.process_time(), time.time()
    count = load(exported, insert, update)
    found = {"messages": count, "took": time.time() - begun, "cpu": time.process_time() - before}
    found["bytes"] = size_of(place)

    def ask(_, condition, value):
        values = (value, prefix_end(value)) if "<" in condition else (value,)
        if condition == "WORDS":
            condition, values = "rowid in (select rowid from words where words match ? order by rowid desc"\
                f" limit {LIMIT})", (f'"{value}"',)
        base.execute(
            f"select * from messages where {condition} order by created_at desc limit {LIMIT}", values).fetchall()

    found["asked"] = measure(ask, samples, arguments.asked)
    base.close()
    return found


def in_postgres(arguments, folder, exported, samples):
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    try:
        import psycopg
    except ImportError:
        return "psycopg is not installed"
    if not programs:
        return "postgresql is not installed"
    place, port = os.path.join(folder, "postgres"), free_port()
    # Its server does not run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    os.chmod(folder, 0o755)
    os.mkdir(place)
    if user:
        shutil.chown(place, "postgres")
    subprocess.run(user + [f"{programs[-1]}/initdb", "--auth=trust", "-U", "postgres", "-D", place], check=True,
                   stdout=subprocess.DEVNULL)
    before = cpu_of_children()
    server = subprocess.Popen(
        user + [f"{programs[-1]}/postgres", "-D", place, "-p", str(port), "-k", place, "-c",
                "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"],
        stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            base = psycopg.connect(host=place, port=port, user="postgres", dbname="postgres")
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    else:
        server.kill()
        return "postgres did not start"
    kinds = ", ".join(f"{name} {'timestamptz' if name == 'created_at' else 'text'}" for name in COLUMNS.split(", "))
    for statement in [
        f"create table messages ({kinds})", "create unique index on messages (id)",
        'create index on messages (destination collate "C", created_at)',
        "create index on messages (carrier_id)", "create index on messages (account, disposition, created_at)",
        "create index on messages using gin (to_tsvector('simple', coalesce(text, '')))",
    ]:
        base.execute(statement)
    base.commit()

    def insert(batch):
        with base.cursor().copy(f"copy messages ({COLUMNS}) from stdin") as copy:
            for row in batch:
                copy.write_row(row)
        base.commit()

    def update(batch):
        statement = f"update messages set {ENDS} where id = ?".replace("?", "%s")
        base.cursor().executemany(statement, batch)
        base.commit()

    own, begun = time.process_time(), time.time()
    count = load(exported, insert, update)
    found = {"messages": count, "took": time.time() - begun}
    own = time.process_time() - own
    base.execute("checkpoint")
    found["bytes"] = size_of(place)

    def ask(_, condition, value):
        values = (value, prefix_end(value)) if "<" in condition else (value,)
        if condition == "WORDS":
            condition = "to_tsvector('simple', coalesce(text, '')) @@ plainto_tsquery('simple', ?)"
        condition = condition.replace("destination", 'destination collate "C"').replace("?", "%s")
        base.execute(
            f"select * from messages where {condition} order by created_at desc limit {LIMIT}", values).fetchall()

    found["asked"] = measure(ask, samples, arguments.asked)
    base.close()
    server.terminate()
    server.wait()
    # With what the questions took; the client's own part of the loading is in it too.
    found["cpu"] = cpu_of_children() - before + own
    return found


def show(found):
    names = list(found)
    print(f"{'':<26}" + "".join(f"{name:>22}" for name in names))

    def line(what, of):
        cells = (of(it) if isinstance(it, dict) else "–" for it in found.values())
        print(f"{what:<26}" + "".join(f"{cell:>22}" for cell in cells))

    line("rows", lambda it: it["messages"])
    line("rows a second", lambda it: int(it["messages"] / it["took"]))
    line("CPU, ms per 1,000", lambda it: f"{it['cpu'] / it['messages'] * 1e6:.1f}")
    line("octets a row", lambda it: int(it["bytes"] / it["messages"]))
    for name, *_ in QUESTIONS:
        line(f"{name}, ms p50 / p99", lambda it: "{:.2f} / {:.2f}".format(*it["asked"].get(name, (0, 0))))
    for name, it in found.items():
        if not isinstance(it, dict):
            print(f"{name}: {it}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postrider", required=True, help="the program, built for release")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=300, help="times that each question is asked")
    parser.add_argument("--folder", help="where everything is put; it is removed at the end")
    arguments = parser.parse_args()
    arguments.postrider = os.path.abspath(arguments.postrider)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        found, exported, samples = in_postrider(arguments, folder)
        found = {"Postrider": found}
        found["SQLite FTS5"] = in_sqlite(arguments, folder, exported, samples)
        found["PostgreSQL"] = in_postgres(arguments, folder, exported, samples)
        show(found)


if __name__ == "__main__":
    main()
