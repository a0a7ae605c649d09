"""The image and the services around it, checked as far as is possible without a container engine."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.house.commands import ROOT, run
from tests.tools.check import LIVE

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text()
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "sweep", "rounds")


def _instructions():
    """Return the Dockerfile's instructions, continued lines joined, comments left out."""
    lines = [line for line in DOCKERFILE.splitlines() if line.strip() and not line.startswith("#")]
    return [line.split(maxsplit=1) for line in "\n".join(lines).replace("\\\n", " ").splitlines()]


def test_the_image_has_two_stages_from_one_pinned_base():
    bases = [rest for word, rest in _instructions() if word == "FROM"]
    assert len(bases) == 2
    images = {base.split()[0] for base in bases}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.13\.\d+-slim-[a-z]+", images.pop())


def test_the_image_runs_as_nobody_of_note():
    users = [rest for word, rest in _instructions() if word == "USER"]
    assert users == ["10001:10001"]
    words = [word for word, _ in _instructions()]
    assert words.index("USER") < words.index("CMD")
    assert not any("chown" in rest and "/site " in rest for _, rest in _instructions()), "the code must not be writable"


def test_the_image_holds_no_secret():
    named = re.findall(r"(SECRET_KEY|PASSWORD|TOKEN|_KEY_ID)=(\S*)", DOCKERFILE)
    assert named == [("SECRET_KEY", "build")]
    assert not any(word in {"ENV", "ARG"} and "SECRET" in rest for word, rest in _instructions())
    assert "rm -rf var" in DOCKERFILE  # what the build may have made


def test_the_image_installs_by_hash_and_brings_ffmpeg_and_fonts():
    assert "--require-hashes" in DOCKERFILE
    installed = next(rest for word, rest in _instructions() if word == "RUN" and "apt-get" in rest)
    assert "ffmpeg" in installed
    assert "fonts-noto-core" in installed
    assert "--no-install-recommends" in installed
    assert "rm -rf /var/lib/apt/lists" in installed


def test_the_image_knows_whether_it_is_well(live_site):
    assert any(word == "HEALTHCHECK" and "deploy/healthcheck.py" in rest for word, rest in _instructions())
    assert run("deploy/healthcheck.py", str(live_site.port)).returncode == 0
    assert run("deploy/healthcheck.py", str(live_site.port), ALLOWED_HOSTS="elsewhere.example").returncode == 1
    assert run("deploy/healthcheck.py", "9").returncode == 1


def _in_image(tmp_path):
    """Return the files the image is built from, as .dockerignore leaves them."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert patterns[0] == "*"  # everything out, then what is named in
    kept = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    dropped = [pattern for pattern in patterns[1:] if not pattern.startswith("!")]
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.splitlines():
        inside = any(name == keep or name.startswith(f"{keep}/") for keep in kept)
        if inside and not any(name.startswith(drop.strip("*/")) for drop in dropped) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_is_in_the_image_is_a_whole_site_without_tests(tmp_path):
    image = _in_image(tmp_path)
    present = {path.name for path in image.iterdir()}
    assert not present & {"tests", "bench", "docs", "var", ".git", "requirements-dev.txt", "Makefile"}
    done = run("manage.py", "check", "--deploy", "--fail-level", "ERROR", cwd=image, **LIVE)
    assert done.returncode == 0, done.stderr
    done = run("manage.py", "collectstatic", "--noinput", "--dry-run", "--verbosity", "0", cwd=image, SECRET_KEY="build")
    assert done.returncode == 0, done.stderr
    for name in re.findall(r"deploy/\S+\.py", DOCKERFILE + (ROOT / "deploy/compose.yaml").read_text()):
        assert (image / name.strip('"]')).exists(), name


def test_gunicorn_accepts_its_configuration():
    done = run("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--check-config", **LIVE)
    assert done.returncode == 0, done.stderr
    done = run("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--print-config", WEB_CONCURRENCY="5", **LIVE)
    printed = dict(line.split("=", 1) for line in done.stdout.replace(" ", "").splitlines() if "=" in line)
    assert printed["workers"] == "5"
    assert printed["threads"] == "4"
    assert printed["worker_class"] == "gthread"
    assert printed["control_socket_disable"] == "True"
    assert int(printed["graceful_timeout"]) < 10


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_least_rights(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["restart"] in {"unless-stopped", "no"}
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))
    if name in {*OURS, "caddy", "valkey"}:
        assert service["read_only"] is True
    if name != "caddy":
        assert "ports" not in service, "only the proxy is reached from outside"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(OURS)))
def test_images_are_pinned_to_a_version(name):
    assert re.search(r":\d+(\.\d+)+", SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_says_whether_it_is_well(name):
    if name == "web":
        assert "HEALTHCHECK" in DOCKERFILE  # its own, from the image
    else:
        assert "healthcheck" in SERVICES[name]


def test_services_wait_for_what_they_need():
    for name in ("web", "worker", "sweep", "rounds"):
        needed = SERVICES[name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}
        assert needed["postgres"] == needed["s3"] == {"condition": "service_healthy"}
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_the_stores_are_out_of_reach_from_outside():
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey", "s3"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_no_secret_stands_in_a_file_that_is_checked_in():
    for path in [*(ROOT / "deploy").glob("*.example"), ROOT / "deploy/compose.yaml"]:
        for line in path.read_text().splitlines():
            name, _, value = line.strip().partition("=" if path.suffix == ".example" else ":")
            if re.search(r"SECRET|PASSWORD|ACCESS_KEY", name) and not line.startswith("#"):
                assert not value.strip() or value.strip().startswith("${"), line
    tracked = subprocess.run(["git", "ls-files", "deploy"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not re.search(r"\.env$", tracked, re.MULTILINE)


def test_the_proxy_leads_to_the_site_and_nowhere_else():
    assert CADDYFILE.count("{") == CADDYFILE.count("}")
    assert re.findall(r"reverse_proxy (\S+)", CADDYFILE) == ["web:8000"]
    assert "{$SITE_URL} {" in CADDYFILE
    assert SERVICES["caddy"]["environment"] == {"SITE_URL": "${SITE_URL:?}"}
    assert "trusted_proxies" not in CADDYFILE  # what a visitor claims to have been forwarded is dropped
    assert re.search(r"request>headers delete", CADDYFILE)
    assert re.search(r"remote_ip ip_mask", CADDYFILE)


def test_procfile_and_compose_run_the_same_commands():
    processes = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    for name in ("worker", "sweep"):
        assert processes[name].replace("'", "").split() == SERVICES[name]["command"]
    assert "gunicorn --config deploy/gunicorn.conf.py" in processes["web"]


def test_every_command_of_the_processes_exists():
    done = run("manage.py", "help", "--commands", SECRET_KEY="x")
    commands = done.stdout.split()
    assert {"db_worker", "sweep", "migrate", "start", "load_demo", "env"} <= set(commands)


def test_python_versions_agree():
    target = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["target-version"]
    assert target == "py311"
    assert "3.11" in (ROOT / "tests/tools/lock.py").read_text()
    assert Path(ROOT / "deploy/install.py").read_text().count("(3, 11)") == 1
