"""Replays gateway logs of any size against openapi.yaml, spread by Spark.

    export ONVY_SHARD_KEY=$(openssl rand -hex 16)
    spark-submit replay.py --binary ./onvy-contract --out report.json 's3a://logs/2026-11-*/*.jsonl.gz'

Spark reads and splits the files, sorts what "onvy-contract shard map" writes, and
hands each partition to "onvy-contract shard reduce"; "onvy-contract merge" makes
the report here, in the driver, and its exit status is that of this program. The
binary must be at the same path on every worker (or be sent along: --files
onvy-contract, --binary ./onvy-contract).

JSON lines (.jsonl, .ndjson, also .gz, .bz2) are split wherever Spark wants to;
every other file (HAR, .zst) is one task, and must fit into the memory of a worker.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading

from pyspark.sql import SparkSession

LINES = ("*.jsonl", "*.ndjson", "*.jsonl.gz", "*.ndjson.gz", "*.jsonl.bz2", "*.ndjson.bz2")


def fail(why):
    print("replay.py: " + why, file=sys.stderr)
    sys.exit(2)


def program(command, key, chunks):
    """Yields the lines that a command writes for what it reads; fails if it does."""
    env = dict(os.environ, ONVY_SHARD_KEY=key)  # every user of a machine can read a command line
    p = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors, failed = [], []

    def feed():
        try:
            for chunk in chunks:
                p.stdin.write(chunk)
            p.stdin.close()
        except BrokenPipeError:
            pass  # it has stopped reading, and says why
        except BaseException as e:  # what Spark could not read
            failed.append(e)
            p.kill()

    threads = [threading.Thread(target=feed, daemon=True), threading.Thread(target=lambda: errors.append(p.stderr.read()), daemon=True)]
    for t in threads:
        t.start()
    yield from p.stdout
    status = p.wait()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]
    if status:
        raise RuntimeError("%s ended with %d: %s" % (" ".join(command[:3]), status, errors[0].decode(errors="replace").strip()))


def local(path):
    """The path of a local file without its scheme, which Spark writes as it likes."""
    return "/" + path[len("file:"):].lstrip("/") if path.startswith("file:/") else path


def split(rows, command, key):
    """The lines of a task that has parts of JSON lines files."""
    for (path, start), part in itertools.groupby(rows, key=lambda r: (r.path, r.start)):
        name = local(path) if start == 0 else "%s@%d" % (local(path), start)
        yield from program(command + ["--name", name], key, (r.value.encode() + b"\n" for r in part))


def whole(rows, command, key):
    """The lines of a task that has whole files."""
    for r in rows:
        yield from program(command + ["--name", local(r.path)], key, (r.content,))


def read(spark, patterns, command, key):
    """What shard map writes for the files, as an RDD of lines."""
    from pyspark.sql.functions import col

    meta = [col("_metadata.file_path").alias("path"), col("_metadata.file_block_start").alias("start")]
    hadoop = spark._jvm.org.apache.hadoop.fs.Path
    parts = []
    for pattern in patterns:
        path = hadoop(pattern)
        found = path.getFileSystem(spark._jsc.hadoopConfiguration()).globStatus(path)
        files = [f.getPath().toString() for f in found or []]
        if not files:
            fail("%s: there is no such file" % pattern)
        lines = [f for f in files if any(f.endswith(suffix[1:]) for suffix in LINES)]
        others = [f for f in files if f not in set(lines)]
        if lines:
            frame = spark.read.option("lineSep", "\n").text(lines).select("value", *meta)
            parts.append(frame.rdd.mapPartitions(lambda rows: split(rows, command, key)))
        if others:
            frame = spark.read.format("binaryFile").load(others).select("path", "content")
            parts.append(frame.rdd.mapPartitions(lambda rows: whole(rows, command, key)))
    return spark.sparkContext.union(parts)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="+", help="paths or patterns of any Hadoop file system")
    p.add_argument("--binary", default="onvy-contract", help="onvy-contract on the workers")
    p.add_argument("--merge-binary", help="the same here, if it is elsewhere")
    p.add_argument("--partitions", type=int, default=64, help="over which users are spread: about one for 100 MB of input")
    p.add_argument("--out", default="report.json", help="the report, as JSON")
    p.add_argument("--complete", action="store_true", help="the logs have every write there was")
    p.add_argument("--host", action="append", default=[], help="a host that is this API too")
    args = p.parse_args()
    key = os.environ.get("ONVY_SHARD_KEY")
    if not key:
        fail("ONVY_SHARD_KEY is not set: openssl rand -hex 16")

    complete = ["--complete"] if args.complete else []
    map_command = [args.binary, "shard", "map", "--partitions", str(args.partitions)] + complete + [x for h in args.host for x in ("--host", h)]
    reduce_command = [args.binary, "shard", "reduce"] + complete

    spark = SparkSession.builder.appName("onvy-contract").getOrCreate()
    lines = read(spark, args.files, map_command, key)
    partials = (
        lines.map(lambda line: (line, None))
        .repartitionAndSortWithinPartitions(args.partitions, lambda line: int(line[:6]))
        .keys()
        .mapPartitions(lambda sorted_lines: program(reduce_command, key, sorted_lines))
        .toLocalIterator()
    )
    with tempfile.TemporaryDirectory() as dir:
        names = []
        for i, partial in enumerate(partials):
            names.append(os.path.join(dir, "partial-%d.json" % i))
            with open(names[-1], "wb") as f:
                f.write(partial)
        spark.stop()
        merge = [args.merge_binary or args.binary, "merge", "--partitions", str(args.partitions), "--json", args.out]
        sys.exit(subprocess.run(merge + names).returncode)


if __name__ == "__main__":
    main()
