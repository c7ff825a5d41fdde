"""Members on a real cluster, in an object store, as Slurm jobs: the same bytes as in one process, whoever dies.

Theory: a block is a pure function of its number and is written as a whole, so a scheduler may give it to anybody, twice
even. Answer: equal SHA-256 of every file. Exact, so no error rate. All servers listen on loopback only.
"""

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import borderflow as bf
from borderflow import clusters
from borderflow.errors import UsageError
from networks import tiny_scenario
from runs import hashes, run_tiny

SHORT = tiny_scenario(days=2)
LOUD = {
    **os.environ,
    "PYTHONPATH": str(Path(bf.__file__).parent.parent),
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error",
}


@pytest.fixture
def processes():
    """Start processes, and end whatever of them is left."""
    begun = []

    def start(*words, **more):
        begun.append(subprocess.Popen([sys.executable, "-m", *words], env=LOUD, **more))
        return begun[-1]

    yield start
    for process in begun:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(condition, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "took too long"
        time.sleep(0.02)


@pytest.fixture
def scheduler(tmp_path, processes):
    """Start a scheduler on a port that it takes itself (one picked here may be another's by then); give its address."""
    written = tmp_path / "scheduler.json"
    processes("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
              "--scheduler-file", str(written))  # fmt: skip
    wait_for(lambda: written.is_file() and written.read_text().endswith("}"))
    return str(json.loads(written.read_text())["address"])


def start_worker(processes, address, folder):
    return processes("distributed.cli.dask_worker", address, "--host", "127.0.0.1", "--nworkers", "1", "--nthreads", "1",
                     "--no-nanny", "--no-dashboard", "--local-directory", str(folder))  # fmt: skip


def test_workers_that_are_killed_move_no_byte(tmp_path, processes, scheduler):
    """2,000 members on three worker processes; one is killed half-way, another at random."""
    members, moments = 2000, random.Random(7)
    # alone first, so that the kernels are compiled once and not by every worker
    bf.run(SHORT, members=members, seed=3, workers=1, out=tmp_path / "alone")
    workers = [start_worker(processes, scheduler, tmp_path / str(number)) for number in range(3)]
    out = tmp_path / "run"
    blocks = out.with_name("run.part") / "results.zarr" / "left" / "c"
    killed = []

    def done() -> int:
        return len(list(blocks.iterdir())) if blocks.is_dir() else 0

    def kill_two():
        early = moments.randrange(10, 90)
        for victim, at in ((workers[0], early), (workers[1], 100)):
            wait_for(lambda at=at: done() >= at)
            killed.append(done())
            victim.send_signal(signal.SIGKILL)

    with clusters.open_pool(cluster=scheduler) as pool:
        killer = threading.Thread(target=kill_two)
        killer.start()
        bf.run(SHORT, members=members, seed=3, pool=pool, out=out)
        killer.join(60)
    assert len(killed) == 2 and max(killed) < members / 10  # both died while there was work left
    assert [worker.poll() for worker in workers] == [-signal.SIGKILL, -signal.SIGKILL, None]
    assert hashes(out) == hashes(tmp_path / "alone")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"cluster": "tcp://127.0.0.1:1", "slurm": 2}, "give one of them"),
        ({"slurm": 0}, "must be 1 to 10,000 jobs, got 0"),
        ({"cluster": "nonsense://x"}, "no Dask scheduler answers there"),
    ],
)
def test_clusters_that_are_none(asked, message):
    with pytest.raises(UsageError, match=message) as caught, clusters.open_pool(**asked):
        pass
    assert "\n" not in str(caught.value)


def echo(connection):
    while heard := connection.recv(65536):
        connection.sendall(heard)


#: What may listen at an address that somebody mistyped, and what it does with a connection.
STRANGERS = {
    "silent": lambda connection: connection.recv(65536) and time.sleep(60),
    "echo": echo,
    "web server": lambda connection: connection.recv(65536) and connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "hangs up": lambda _: None,
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_at_the_address_is_one_line(tmp_path, stranger):
    """Dask's client waits for ever for the first, fails an assertion on the second, asks for exabytes for the third."""

    def serve():
        with contextlib.suppress(OSError):
            while True:
                with contextlib.closing(listener.accept()[0]) as connection:
                    STRANGERS[stranger](connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        done = borderflow("run", "russia-2022", "--members", "2", "--cluster", address, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"--cluster {address}: no Dask scheduler answers there: " in done.stderr
    assert time.monotonic() - began < 60 and not list(tmp_path.iterdir())


def test_a_worker_is_no_scheduler(tmp_path, processes, scheduler):
    """A worker prints its address too, so it is a likely mistake."""
    import distributed

    start_worker(processes, scheduler, tmp_path / "worker")
    with distributed.Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
        (worker,) = client.scheduler_info()["workers"]
    with (
        pytest.raises(UsageError, match="it says that it is 'Worker', not 'Scheduler'"),
        clusters.open_pool(cluster=worker),
    ):
        pass


def test_a_notebook_has_a_loop_of_its_own(scheduler):
    async def cell():
        with clusters.open_pool(cluster=scheduler) as pool:
            return pool is not None

    with ThreadPoolExecutor(1) as another:  # the loop of a browser's test may be running in this thread
        assert another.submit(asyncio.run, cell()).result()


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UsageError, match=r"pip install 'borderflow\[cluster\]'"),
        clusters.open_pool(cluster="tcp://x:1"),
    ):
        pass


# ---------------------------------------------------------------------------------------------------------------------
# Object stores


@pytest.fixture(scope="module")
def bucket():
    """Serve S3 on loopback in a process of its own and give the address of a fresh bucket."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    patch = pytest.MonkeyPatch()
    for name, value in (("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}"), ("AWS_ACCESS_KEY_ID", "made-up"),
                        ("AWS_SECRET_ACCESS_KEY", "made-up"), ("AWS_DEFAULT_REGION", "us-east-1")):  # fmt: skip
        patch.setenv(name, value)
    try:
        import s3fs

        def answers():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
            return False

        wait_for(answers)
        s3fs.S3FileSystem().mkdir("runs")
        yield "s3://runs"
    finally:
        server.kill()
        server.wait(30)
        patch.undo()


def fetch(address: str, to: Path) -> Path:
    import s3fs

    s3fs.S3FileSystem().get(address.removeprefix("s3://"), str(to), recursive=True)
    return to


def test_a_run_in_an_object_store_is_the_run_on_disk(tmp_path, bucket, monkeypatch):
    out = f"{bucket}/whole"
    run_tiny(tmp_path / "disk", members=12)
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(out, members=12)
    with pytest.raises(bf.ResultsError, match=r"no manifest.json"):
        bf.open_run(out)
    finished = run_tiny(out, members=12, resume=True)
    assert finished.quantiles("arrivals_daily").equals(bf.open_run(tmp_path / "disk").quantiles("arrivals_daily"))
    assert float(finished.cube()["left"].sum()) > 0
    assert bf.write_briefing(finished).name == "briefing.html"
    assert hashes(fetch(out, tmp_path / "fetched")) == hashes(tmp_path / "disk")
    assert not (tmp_path / "fetched" / "claim.json").exists()


def stop_after(patch, blocks):
    from borderflow import workers

    simulate, through = workers.simulate, []

    def breaking(*words, **more):
        if len(through) >= blocks:
            raise KeyboardInterrupt
        through.append(1)
        return simulate(*words, **more)

    patch.setattr(workers, "simulate", breaking)


def test_commands_take_the_address_of_a_run(tmp_path, bucket):
    """Its briefing, an export to disk and its scores, as of a folder."""
    shutil.copy(bf.shipped()["russia-2022"] / "evidence.csv", tmp_path / "reports.csv")
    out = f"{bucket}/russia"
    for words in (
        ["run", "russia-2022", "--members", "2", "--until", "2022-09-29", "--out", out, "--quiet"],
        ["brief", out],
        ["export", out, "--format", "csv", "--out", "figures.csv"],
        ["score", out, "--observations", "reports.csv", "--after", "2022-09-26"],
    ):
        done = borderflow(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), words
    assert (tmp_path / "figures.csv").stat().st_size > 10_000
    fetched = fetch(out, tmp_path / "fetched")
    assert (fetched / "scores.csv").is_file() and (fetched / "briefing.html").is_file()
    refused = borderflow("export", out, "--format", "csv", cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1) and "--out" in refused.stderr


def borderflow(*words, cwd):
    command = [sys.executable, "-m", "borderflow.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "tcp://nowhere:x", "::", "tcp://127.0.0.1:99999"])
def test_an_address_that_is_none_is_one_line(tmp_path, address):
    """At once: a client of Dask that cannot read its address takes 40 s to go, and says so in a traceback."""
    began = time.monotonic()
    done = borderflow("run", "russia-2022", "--members", "2", "--cluster", address, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert address in done.stderr
    assert time.monotonic() - began < 60
    assert not list(tmp_path.iterdir())


def test_parts_and_branches_in_an_object_store(tmp_path, bucket):
    for numbers in (range(4), range(4, 12)):
        run_tiny(f"{bucket}/part-{numbers.start}", members=numbers)
    bf.merge([f"{bucket}/part-4", f"{bucket}/part-0"], f"{bucket}/merged")
    run_tiny(f"{bucket}/branch", members=None, seed=None, base=f"{bucket}/merged@2022-09-27T12:00")
    run_tiny(tmp_path / "disk", members=12)
    for name in ("merged", "branch"):
        assert hashes(fetch(f"{bucket}/{name}", tmp_path / name)) == hashes(tmp_path / "disk")


def test_what_is_no_run_in_an_object_store_is_kept(tmp_path, bucket):
    import s3fs

    store = s3fs.S3FileSystem()
    store.pipe("runs/thesis/chapter.txt", b"years of work")
    with pytest.raises(UsageError, match="exists and is not a run folder"):
        run_tiny(f"{bucket}/thesis", members=1)
    assert store.cat("runs/thesis/chapter.txt") == b"years of work"


def test_a_bucket_that_is_not_there_is_one_line(bucket):
    with pytest.raises(bf.BorderflowError) as caught:
        run_tiny("s3://nobody/run", members=1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["nonsense://x/run", "gs://bucket/run"])
def test_an_address_that_nothing_reaches_is_one_line(address):
    with pytest.raises(UsageError, match=r"addresses need the extra|pip install") as caught:
        run_tiny(address, members=1)
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------------------------------------------------------
# Slurm


#: Stands in for Slurm: takes a copy of the script that it is given, as sbatch does (dask-jobqueue deletes its own at once),
#: runs it in the background and names it. Without the copy a busy computer found no script, and the run no worker.
SBATCH = """#!/bin/sh
for script; do :; done
job=$(( $(cat "$SLURM_STAND_IN/count") + 1 ))
echo "$job" > "$SLURM_STAND_IN/count"
cp "$script" "$SLURM_STAND_IN/job-$job.sh"
setsid sh "$SLURM_STAND_IN/job-$job.sh" > "$SLURM_STAND_IN/log-$job" 2>&1 &
echo $! > "$SLURM_STAND_IN/pid-$job"
echo "Submitted batch job $job"
"""
SCANCEL = """#!/bin/sh
for job; do kill -KILL -- "-$(cat "$SLURM_STAND_IN/pid-$job")"; done
"""


@pytest.mark.timeout(300)
def test_slurm_jobs_by_a_stand_in_for_sbatch(tmp_path, monkeypatch):
    """dask-jobqueue writes the job script and submits it; a stand-in for `sbatch` runs it here. No Slurm is involved."""
    import dask

    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "count").write_text("0")
    monkeypatch.setenv("SLURM_STAND_IN", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    settings = {"cores": 1, "processes": 1, "memory": "4GB", "walltime": "00:10:00", "python": sys.executable,
                "scheduler-options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"},
                "worker-extra-args": ["--no-dashboard"]}  # fmt: skip
    try:
        with (
            dask.config.set({f"jobqueue.slurm.{key}": value for key, value in settings.items()}),
            clusters.open_pool(slurm=1) as pool,
        ):
            run_tiny(tmp_path / "run", members=12, pool=pool)
    finally:
        for pid in tmp_path.glob("pid-*"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(pid.read_text()), signal.SIGKILL)
    run_tiny(tmp_path / "alone", members=12)
    assert hashes(tmp_path / "run") == hashes(tmp_path / "alone")
