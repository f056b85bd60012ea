"""What deploy/ offers: units that systemd takes, commands that exist, a compose file of the keys that Compose knows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from cli.main import app
from webapp.lanes import lanes_of

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = ("manycut.service", "manycut-worker@.service")
# Of the Compose specification, as far as the file uses it.
SERVICE = {
    "image", "build", "command", "restart", "init", "environment", "volumes", "depends_on", "shm_size", "healthcheck",
    "ports", "stop_grace_period",
}  # fmt: skip


def exists(words):
    """A command of app.py with these options."""
    command = typer.main.get_command(app)
    command.commands[words[0]].make_context("app.py", list(words[1:]))


@pytest.mark.parametrize("name", UNITS)
def test_units_start_commands_that_exist(name):
    (line,) = re.findall(r"^ExecStart=(.*)$", (DEPLOY / name).read_text(), re.M)
    words = shlex.split(line.replace("%I", "train").replace("$MANYCUT_WORKER", "--gpu 0"))
    assert words[1] == "app.py"
    exists(words[2:])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_units_are_taken_by_systemd(tmp_path):
    """With a program that is here in the place of the one that a lab installs."""
    for name in UNITS:
        text = re.sub(r"/srv/manycut/app/\.venv/bin/python", "/usr/bin/env", (DEPLOY / name).read_text())
        text = text.replace("file:/srv", "https://lab.example")
        (tmp_path / name.replace("@", "@train")).write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())], capture_output=True, text=True
    )
    ours = [line for line in said.stderr.splitlines() if str(tmp_path) in line or "manycut" in line]
    assert ours == []


def test_the_compose_file_has_postgresql_pages_and_two_workers():
    read = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(read) <= {"name", "services", "volumes", "x-manycut"}
    services = read["services"]
    assert set(services) == {"database", "web", "worker", "trainer"}
    lanes: list[str] = []
    for name, service in services.items():
        assert set(service) <= SERVICE, name
        for volume in service["volumes"]:
            assert volume.split(":")[0] in read["volumes"]
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in services[other]
        if "command" in service:
            words = service["command"]
            exists(words[2:])
            lanes += lanes_of(words[words.index("--lanes") + 1])
    assert sorted(lanes) == ["ingest", "interactive", "train"], "each is done, by one worker"
    assert services["web"]["environment"] == services["worker"]["environment"]
    assert (DEPLOY / services["web"]["build"]["context"] / services["web"]["build"]["dockerfile"]).is_file()


def test_the_image_copies_files_that_are_there_and_starts_a_command_that_exists():
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (.*)$", text, re.M):
        for name in line.split()[:-1]:
            assert (DEPLOY.parent / name).exists()
    (command,) = re.findall(r"^CMD (.*)$", text, re.M)
    exists(yaml.safe_load(command)[2:])


def test_the_caddyfile_has_one_site_and_its_braces_close():
    """Caddy itself is not here to read it."""
    lines = [line.split("#")[0].strip() for line in (DEPLOY / "Caddyfile").read_text().splitlines()]
    depth, sites = 0, 0
    for line in filter(None, lines):
        sites += line.endswith("{") and depth == 0
        depth += line.endswith("{") - (line == "}")
        assert depth >= 0
    assert (depth, sites) == (0, 1)
    assert any(line.startswith("reverse_proxy 127.0.0.1:7860") for line in lines)


def test_the_environment_file_names_variables_that_are_read():
    names = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "manycut.env").read_text(), re.M)
    assert names == ["DATABASE_URL", "MANYCUT_DATA", "OMP_NUM_THREADS"]
    assert not os.access(DEPLOY / "manycut.env", os.X_OK)
