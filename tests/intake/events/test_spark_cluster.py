"""A cluster of two workers on this machine, one of them killed in the middle: the counts are DuckDB's to the row (`make scale`)."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kongjian.intake.events.partials import count_file
from kongjian.intake.events.spark_counts import count_on_spark, on_spark
from pasting import RULES
from spoilt_logs import HEADER

pytestmark = [
    pytest.mark.skipif("SPARK_CLUSTER" not in os.environ, reason="make scale"),
    pytest.mark.filterwarnings("ignore"),
]
LINES = 3_000_000
LONGEST = 240


class Cluster:
    """A master and two workers of one core each, every one a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.started = folder, list[subprocess.Popen[bytes]]()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.master = f"spark://127.0.0.1:{self.port}"
        self._start("master.Master", "--port", str(self.port))
        until = time.monotonic() + LONGEST
        while not self._listens():
            assert time.monotonic() < until, (folder / "0.log").read_text()
            time.sleep(0.2)
        self.workers = [self._start("worker.Worker", "-c", "1", "-m", "1g", self.master) for _ in range(2)]

    def _start(self, role: str, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        home = Path(pyspark.__file__).parent
        own = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
        number = len(self.started)
        command = [
            str(home / "bin" / "spark-class"),
            f"org.apache.spark.deploy.{role}",
            "--host",
            "127.0.0.1",
        ]
        if role == "worker.Worker":
            own["SPARK_WORKER_DIR"] = str(self.folder / f"w{number}")
        with (self.folder / f"{number}.log").open("wb") as log:
            self.started.append(
                subprocess.Popen(
                    [*command, "--webui-port", "0", *arguments],
                    env=os.environ | own, stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
        return self.started[-1]

    def _listens(self) -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        for one in self.started:
            kill(one)


def kill(process: subprocess.Popen[bytes]) -> None:
    """A worker goes down with its executors."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def log_of(folder: Path) -> Path:
    """A log of LINES lines, a thousandth of them with a cell too many."""
    log = folder / "log.csv"
    line = (
        "strftime(date '2021-03-01' + cast(i % 31 as int), '%Y-%m-%d') || ',第' || i % 60 || '小学,hb' || i % 5000"
        " || ',教师,' || case i % 3 when 0 then '授课' when 1 then '在线授课' else '教研' end || ',,'"
        " || case when i % 1000 = 7 then ',多' else '' end"
    )
    (folder / "head.csv").write_text(",".join(HEADER) + "\n", encoding="utf-8")
    duckdb.sql(
        f"copy (select {line} as line from range({LINES}) t(i)) to '{folder / 'body.csv'}'"
        " (format csv, header false, quote '', escape '', delim '\x1f')"
    )
    with log.open("wb") as out:
        for part in ("head.csv", "body.csv"):
            with (folder / part).open("rb") as opened:
                shutil.copyfileobj(opened, out)
    return log


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    assert shutil.which("java"), "no Java: run make system"
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    made = Cluster(tmp_path)
    yield made
    made.stop()


def test_a_worker_that_is_killed_in_the_middle_changes_no_count(cluster: Cluster, tmp_path: Path) -> None:
    log = log_of(tmp_path)
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    own = count_file(log, here, tmp_path, RULES, "500MB")
    assert own.rejected == {"many": LINES // 1000}
    killed = threading.Event()
    with on_spark(cluster.master) as session:
        session.conf.set("spark.sql.files.maxPartitionBytes", str(4 << 20))
        session.conf.set("spark.sql.shuffle.partitions", "4")

        def kills_one() -> None:
            told: Any = session.sparkContext.statusTracker()
            until = time.monotonic() + LONGEST
            while time.monotonic() < until:
                stages = [told.getStageInfo(s) for s in told.getActiveStageIds()]
                if any(
                    s and s.numCompletedTasks >= 6 and s.numTasks - s.numCompletedTasks >= 6 for s in stages
                ):
                    kill(cluster.workers[0])
                    killed.set()
                    return
                time.sleep(0.02)

        killer = threading.Thread(target=kills_one)
        killer.start()
        found = count_on_spark(session, log, there, tmp_path, RULES, "500MB")
        killer.join()
    assert killed.is_set()
    assert (found.lines, found.accepted, found.rejected) == (own.lines, own.accepted, own.rejected)
    rows = "select * exclude (first) replace (cast(days as int) as days) from '{}' order by all"
    assert duckdb.sql(rows.format(there)).fetchall() == duckdb.sql(rows.format(here)).fetchall()
    assert duckdb.sql(f"select sum(lines) from '{there}'").fetchall() == [(LINES - LINES // 1000,)]
