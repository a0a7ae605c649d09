"""`manage.py start` runs the whole site and leaves nothing behind, however it ends."""

import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap

import psutil
import pytest

from hope_site.management.commands.start import STAFF_ADDRESS, reviewer_sign_in, staff_sign_in
from supporters.models import Account
from tests.house.commands import ROOT, run
from tests.services.ports import free_port, wait_for

FAMILY = textwrap.dedent("""
    import sys
    from hope_site import supervisor
    # One child that stops when asked, one with a child of its own that both ignore the asking.
    stubborn = "import signal, subprocess, sys, time; signal.signal(15, signal.SIG_IGN);" \\
        "subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)']);" \\
        "print('ready', flush=True); time.sleep(600)"
    supervisor.GRACE = 1.0
    supervisor.Supervisor([
        supervisor.Child("polite", [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)"]),
        supervisor.Child("stubborn", [sys.executable, "-c", stubborn]),
    ]).run()
""")


def _family():
    """Start a supervisor with its children; return it and every process under it."""
    leader = subprocess.Popen([sys.executable, "-c", FAMILY], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert leader.stdout is not None
    assert [leader.stdout.readline().strip() for _ in range(2)] == ["ready", "ready"]
    everyone = psutil.Process(leader.pid).children(recursive=True)
    assert len(everyone) == 4  # polite, stubborn, stubborn's child, the guard
    return leader, everyone


@pytest.mark.drill
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_after(number, drill_size):
    for _ in range(drill_size(1, 25)):
        leader, everyone = _family()
        with leader.stdout:
            leader.send_signal(number)
            leader.wait(timeout=30)
            _, left = psutil.wait_procs(everyone, timeout=30)
        assert not left


def test_something_would_be_left_without_guard_and_kernel():
    """Control: a plain parent that is killed leaves its child."""
    script = "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print(c.pid, flush=True); time.sleep(600)"
    leader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(leader.stdout.readline()))
    leader.kill()
    leader.wait()
    leader.stdout.close()
    _, left = psutil.wait_procs([child], timeout=1)
    assert left == [child]
    child.kill()


def test_a_child_that_ends_is_started_again_later_each_time(tmp_path):
    log = tmp_path / "log"
    script = f"import time; open({str(log)!r}, 'a').write(f'{{time.monotonic()}}\\\\n')"
    source = f"import sys; from hope_site import supervisor as s; s.Supervisor([s.Child('brief', [sys.executable, '-c', {script!r}])]).run()"
    leader = subprocess.Popen(
        [sys.executable, "-c", source.replace("\\\\\\\\", "\\\\")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    wait_for(lambda: log.exists() and len(log.read_text().splitlines()) >= 3, "the third start")
    leader.terminate()
    said, _ = leader.communicate(timeout=10)
    times = [float(line) for line in log.read_text().splitlines()]
    assert times[2] - times[1] > times[1] - times[0] > 0.9
    assert "brief ended (exit 0); starting it again in 1 s" in said


def _start(port, site_var, static):
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "SITE_URL": f"http://127.0.0.1:{port}"}
    environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "HOPE_TEST_VAR": str(site_var), "HOPE_TEST_STATIC": str(static)}
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_the_site_starts_says_where_and_stops(tmp_path, built_static):
    """A database with a story in it: the demo stories are the business of another test."""
    port, var = free_port(), tmp_path / "var"
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "HOPE_TEST_VAR": str(var)}
    done = run("manage.py", "migrate", "--verbosity", "0", **settings)
    assert done.returncode == 0, done.stderr
    fill = "from stories.models import Story; Story.objects.create(title='One', slug='one', standfirst='One')"
    done = run("manage.py", "shell", "--no-imports", "--command", fill, **settings)
    assert done.returncode == 0, done.stderr
    leader = _start(port, var, built_static)
    lines = []
    for line in leader.stdout:
        lines.append(line)
        if "Ctrl-C stops everything" in line:
            break
    said = "".join(lines)
    address, password = (var / "staff-sign-in.txt").read_text().split()
    assert stat.S_IMODE((var / "staff-sign-in.txt").stat().st_mode) == 0o600
    assert f"http://127.0.0.1:{port}/admin/   {address}   {password}" in said
    assert f"http://127.0.0.1:{port}/sandbox/mail/" in said
    everyone = psutil.Process(leader.pid).children(recursive=True)
    assert len(everyone) >= 5  # gunicorn and its two workers, the task worker, the guard
    second = _start(port, tmp_path / "second", built_static)
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert len(said.strip().splitlines()) == 1
    assert f"Port {port} is not free" in said
    leader.terminate()
    leader.communicate(timeout=60)  # a busy machine is no fault; what is left after it would be
    assert leader.returncode == 0
    _, left = psutil.wait_procs(everyone, timeout=1)
    assert not left


def test_the_staff_sign_in_is_made_once(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    address, password = staff_sign_in()
    account = Account.objects.get(email=STAFF_ADDRESS)
    assert address == STAFF_ADDRESS
    assert account.is_superuser
    assert account.check_password(password)
    assert staff_sign_in() == (address, password)
    account.delete()
    assert staff_sign_in() == (address, password), "a new database takes the password that was noted"
    (tmp_path / "staff-sign-in.txt").unlink()
    _, new_password = staff_sign_in()
    assert new_password != password
    assert Account.objects.get(email=STAFF_ADDRESS).check_password(new_password)


def test_a_second_person_is_made_who_may_approve_but_not_write(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    address, password = reviewer_sign_in()
    reviewer = Account.objects.get(email=address)
    assert reviewer.check_password(password)
    assert reviewer.has_perm("stories.publish_story")
    assert not reviewer.has_perm("stories.change_story")
    assert reviewer_sign_in() == (address, password)


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(
            "manage.py", "start", "--port", str(port), DJANGO_SETTINGS_MODULE="tests.settings", HOPE_TEST_VAR=str(tmp_path)
        )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [done.stderr.strip()]
    assert f"make run PORT={port + 1}" in done.stderr
