"""manage.py start: make the site ready on this machine and run all of it until told to stop."""

import hashlib
import http.client
import secrets
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hope_site.supervisor import Child, Supervisor
from supporters.models import Account

STAFF_ADDRESS = "staff@localhost"
REVIEWER_ADDRESS = "reviewer@localhost"  # a story goes out only when a second person approves it: here is one


class Command(BaseCommand):
    """Prepare database, demo stories and static files where they are not ready, then run web and worker."""

    help = "Make the site ready on this machine and run web and worker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --port and --dev."""
        parser.add_argument("--port", type=int, default=8000, help="Port on this machine (default 8000).")
        parser.add_argument("--dev", action="store_true", help="Django's development server, reloading when code changes.")

    def handle(self, *, port: int, dev: bool, **options: Any) -> None:
        """Prepare and run; raises CommandError when the port is taken."""
        self._say = partial(print, flush=True)
        _refuse_taken_port(port)
        self._migrate()
        if not dev:
            self._collect_static()  # first: what is published names static files by their hashed names
        sign_in: list[tuple[str, str]] = []
        if settings.SANDBOX:  # never in a live configuration: settings refuse the two together
            call_command("load_demo", "--if-empty", stdout=self.stdout)
            sign_in = [staff_sign_in(), reviewer_sign_in()]
        connection.close()
        self._say("Starting …")
        self._run(port, dev, sign_in)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)

    def _collect_static(self) -> None:
        stamp, state = settings.VAR_DIR / "static-stamp", _state_of_static_files()
        built = Path(settings.STATIC_ROOT, "staticfiles.json").exists()
        if not built or not stamp.exists() or stamp.read_text() != state:
            self._say("Building static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(state)

    def _run(self, port: int, dev: bool, sign_in: list[tuple[str, str]]) -> None:
        supervisor = Supervisor(_children(port, dev), self._say)
        announced = False

        def announce() -> None:
            nonlocal announced
            if not announced and _answers(port):
                announced = True
                self._say(_welcome(sign_in))

        supervisor.run(announce)
        self._say("Stopped.")


def _children(port: int, dev: bool) -> list[Child]:
    python = sys.executable
    manage = [python, str(settings.BASE_DIR / "manage.py")]
    config = str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py")
    web = [python, "-m", "gunicorn", "--config", config, "--chdir", str(settings.BASE_DIR), "--bind", f"127.0.0.1:{port}"]
    children = [
        Child("web", [*manage, "runserver", str(port)] if dev else web),
        Child("worker", [*manage, "db_worker", "--queue-name", "*", "--interval", "1"]),
    ]
    children += [Child(name, [*manage, name]) for name in ("sweep", "rounds")]
    return children


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not free ({error.strerror}). Stop what runs there, or choose another: make run PORT={port + 1}"
            ) from error


def _answers(port: int) -> bool:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        web.request("GET", "/healthz")
        return web.getresponse().status == 200
    except OSError:
        return False
    finally:
        web.close()


def _state_of_static_files() -> str:
    """Return a hash of name, size and time of every static file there is to collect."""
    digest = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def staff_sign_in() -> tuple[str, str]:
    """Return address and password of this machine's own member of staff, made on the first start with every right."""
    password = _kept_password(STAFF_ADDRESS, "staff-sign-in.txt")
    if not Account.objects.filter(email=STAFF_ADDRESS).exists():
        Account.objects.create_superuser(STAFF_ADDRESS, password, name="Staff")
    return _with_password(STAFF_ADDRESS, password)


def reviewer_sign_in() -> tuple[str, str]:
    """Return address and password of the second person who approves what the first has written."""
    password = _kept_password(REVIEWER_ADDRESS, "reviewer-sign-in.txt")
    if not Account.objects.filter(email=REVIEWER_ADDRESS).exists():
        reviewer = Account.objects.create_user(REVIEWER_ADDRESS, password, name="Reviewer", is_staff=True)
        reviewer.groups.set(Group.objects.filter(name="Reviewer"))
    return _with_password(REVIEWER_ADDRESS, password)


def _kept_password(address: str, file: str) -> str:
    """Return the password kept in a file of var/, readable by its owner alone; without the file a new one is made."""
    path: Path = settings.VAR_DIR / file
    if path.exists():
        return path.read_text().split()[-1]
    password = secrets.token_urlsafe(12)
    path.touch(mode=0o600)
    path.write_text(f"{address}\n{password}\n")
    return password


def _with_password(address: str, password: str) -> tuple[str, str]:
    account = Account.objects.get(email=address)
    if not account.check_password(password):
        account.set_password(password)
        account.save(update_fields=["password"])
    return address, password


def _welcome(sign_in: list[tuple[str, str]]) -> str:
    lines = ["", f"  The site     {settings.SITE_URL}/"]
    if sign_in:
        (address, password), (reviewer, second_password) = sign_in
        lines += [
            f"  Staff        {settings.SITE_URL}/admin/   {address}   {password}",
            f"  Reviewer     {settings.SITE_URL}/admin/   {reviewer}   {second_password}   (approves stories: a second person)",
            f"  Donor portal {settings.SITE_URL}/portal/   (give something first, under any address; its code comes to sent mail)",
            f"  Sent mail    {settings.SITE_URL}/sandbox/mail/",
            f"  Pretend bank {settings.SITE_URL}/sandbox/bank/   (for staff: move its clock, let a charge fail)",
        ]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])
