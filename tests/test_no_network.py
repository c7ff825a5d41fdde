"""No command uses a network: the interpreter's own audit of sockets refuses them, and a namespace without any has none.

The first kind of test names the call; it sees what Python does, also from compiled modules of Python, and ends the process at
once, so that nothing can swallow it. The second needs no trust in Python: the kernel gives the process no network at all.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import borderflow as bf

#: Ends the process at a name looked up, a connection, a datagram, or a port opened to others than this computer.
GUARD = """
import json, os, sys
ASKED = {"connect", "bind", "getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo", "sendto", "sendmsg"}
def refuse(event, words):
    kind, _, name = event.partition(".")
    if kind != "socket" or name not in ASKED:
        return
    if name == "bind" and "serve" in sys.argv and words[1][0] == "127.0.0.1":
        return
    os.write(2, f"asked the network: {event} {words[1:]}\\n".encode())
    os._exit(97)
sys.addaudithook(refuse)
"""
COMMANDS = """
from borderflow.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["borderflow", *words]
    main()
"""
PLAIN = [
    ["scenarios"],
    ["check", "russia-2022"],
    ["run", "russia-2022", "--members", "2", "--until", "2022-09-15", "--quiet"],
    ["brief", "runs/russia-2022"],
    ["evidence", "read", "article.txt", "--published", "2022-09-28"],
    ["evidence", "check", "russia-2022"],
    ["run", "flee-two-valleys", "--members", "2", "--out", "valleys", "--quiet"],
    ["score", "valleys"],
]
FITTED = [
    ["fit", "russia-2022", "--through", "2022-09-22", "--members", "4", "--steps", "1", "--out", "fit", "--quiet"],
    ["forecast", "russia-2022", "--fit", "fit", "--members", "2", "--through", "2022-09-29", "--out", "ahead", "--quiet"],
    ["score", "ahead", "--observations", "reports.csv", "--after", "2022-09-26", "--quiet"],
]  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    """A folder with an article and reports."""
    (tmp_path / "article.txt").write_text("On Tuesday 4,210 people entered Georgia, the ministry said.")
    shutil.copy(bf.shipped()["russia-2022"] / "evidence.csv", tmp_path / "reports.csv")
    return tmp_path


def guarded(code, *words, **more):
    return subprocess.run(
        [sys.executable, "-c", GUARD + code, *words], capture_output=True, text=True, timeout=300, **more
    )


@pytest.mark.parametrize("commands", [PLAIN, FITTED], ids=["scenarios to score", "fit, forecast, score"])
def test_no_command_asks_the_network(desk, commands):
    done = guarded(COMMANDS, json.dumps(commands), cwd=desk)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.gethostbyname('localhost')",
        "import _socket; _socket.socket().connect(('127.0.0.1', 9))",
        "sys.argv.append('serve'); import socket; socket.socket().bind(('0.0.0.0', 0))",
        "import urllib.request\ntry: urllib.request.urlopen('http://127.0.0.1:9')\nexcept Exception: pass",
    ],
)
def test_the_guard_guards(code):
    done = guarded(code)
    assert done.returncode == 97 and done.stderr.startswith("asked the network")


def test_the_server_opens_one_port_on_this_computer_and_asks_nobody(tmp_path):
    """Guarded, it answers over loopback: the page's data, a run to its end, an article."""
    code = GUARD + "from borderflow.cli import main\nmain()"
    command = [sys.executable, "-c", code, "serve", "russia-2022", "--port", "0", "--members", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        try:
            lines = iter(server.stdout.readline, "")
            address = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+/", line) for line in lines)), None)
            assert address, "it ended without saying where it is"
            ask = asker(address[0], server)
            assert "russia-2022" in {one["name"] for one in ask("api/scenarios")}
            job = ask("api/runs", scenario="russia-2022", members=1, until="2022-09-15")
            wait_for(lambda: ask(f"api/runs/{job['id']}")["state"] == "done")
            text = "On Tuesday 4,210 people entered Georgia, the ministry said."
            assert ask("api/articles", text=text, published="2022-09-28")["findings"]
        finally:
            server.terminate()
            _, said = server.communicate(timeout=60)
    assert "asked the network" not in said


def asker(address, server):
    """Return what asks the server and reads its JSON; while it is not there yet or busy, again."""

    def ask(path, **body):
        end = time.monotonic() + 240
        while True:
            data = json.dumps(body).encode() if body else None
            try:
                with urlopen(Request(address + path, data, {"content-type": "application/json"})) as answer:
                    return json.load(answer)
            except HTTPError as error:
                assert error.code in (409, 503), error.read()
            except OSError:
                assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.3)

    return ask


def wait_for(condition, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.3)


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_commands_in_a_namespace_without_a_network(desk):
    """Not Python's word but the kernel's: in this namespace there is no network at all, not even loopback."""
    alone = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("no network namespace can be made here")
    words = [*alone, sys.executable, "-c", "import json, sys" + COMMANDS, json.dumps([*PLAIN[2:5], *FITTED])]
    done = subprocess.run(words, capture_output=True, text=True, cwd=desk, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert bf.open_run(desk / "runs" / "russia-2022").members == 2
    assert (desk / "runs" / "russia-2022" / "briefing.html").is_file() and (desk / "ahead" / "scores.csv").is_file()
