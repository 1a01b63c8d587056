"""What the server answers to whom: its own names, its own origin, nothing from the disk, headers on everything."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from dashboards import server
from dashboards.services import Services


@pytest.fixture(scope="module")
def client():
    from starlette.testclient import TestClient

    with TestClient(server.application(Services()), base_url="http://127.0.0.1:8765") as made:
        yield made


def test_the_page_speaks_english_can_be_zoomed_and_has_our_style(client):
    page = client.get("/")
    assert page.status_code == 200
    assert '<html lang="en-GB"' in page.text and "user-scalable=no" not in page.text
    assert '<link rel="stylesheet" href="/care/theme.css">' in page.text
    assert "//cdn" not in page.text and "https://unpkg" not in page.text


@pytest.mark.parametrize("path", ["/", "/care/theme.css", "/vote", "/nothing", "/handout/town"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    if headers["content-type"].startswith("text/html"):
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http:" not in policy and "https:" not in policy


@pytest.mark.parametrize("host, status", [
    ("127.0.0.1:8765", 200), ("localhost:8765", 200), ("[::1]:8765", 200), ("192.168.1.5:8765", 200),
    (f"{socket.gethostname()}:8765", 200), ("evil.example", 403), ("localhost.evil.example", 403), ("", 403)])
def test_only_names_of_this_machine_are_answered(client, host, status):
    assert client.get("/", headers={"host": host}).status_code == status


def test_another_site_cannot_write_or_open_a_socket(client):
    assert client.post("/vote/ABCDE", headers={"origin": "http://evil.example"}).status_code == 403
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect):
        with client.websocket_connect("/jupyter/api/kernels/x/channels", headers={"origin": "http://evil.example"}):
            pass


@pytest.mark.parametrize("path", [
    "/_solara/cdn/../../../../../../etc/passwd", "/_solara/cdn/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/_solara/cdn//etc/passwd", "/care/../server.py", "/care/%2e%2e/server.py", "/static/../../../../etc/passwd",
    "/jupyter/nbextensions/..%2f..%2f..%2f..%2fetc/passwd", "/static/public/../server.py", "/handout/..%2f..%2fetc",
    "/static/public/%2e%2e/server.py", "/rooms/static/..%2f__init__.py", "/_solara/cdn/jquery@3.0.0/dist/jquery.js",
    "/resourcez", "/resourcez?verbose"])
def test_no_way_to_the_file_system_or_out(client, path):
    answer = client.get(path)
    assert answer.status_code in (403, 404)
    assert "root:" not in answer.text and "def " not in answer.text


def test_the_scripts_of_the_page_are_installed():
    assert server.assets_missing() == ""


def test_a_port_in_use_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = server.free_port("127.0.0.1", port)
        assert port < found <= port + 19
        with pytest.raises(OSError):
            server.free_port("127.0.0.1", port, 1)


@pytest.mark.parametrize("arguments, says", [
    (["--port", "99999"], "99999 is not a port"), (["--port", "none"], "'none' is not a whole number"),
    (["--host", "203.0.113.7"], "Cannot listen on '203.0.113.7'")])
def test_wrong_options_are_said_in_one_message(arguments, says, capsys):
    from simulation.cli import main

    assert main(["dashboard", "--no-browser", *arguments]) == 2
    said = capsys.readouterr()
    assert says in said.err and "Traceback" not in said.err


def test_without_its_packages_the_command_says_what_to_install(tmp_path):
    code = ("import sys; sys.modules['solara'] = None\n"
            "from simulation.cli import main; sys.exit(main(['dashboard', '--no-browser']))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "pip install 'care-regimes[dashboard]'" in done.stderr and "Traceback" not in done.stderr
