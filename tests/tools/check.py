"""`make check`: every check that needs no running site. All run; the end names those that failed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools import lock, node

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# A live configuration, to be judged by check --deploy. Nothing here is anybody's, and nothing is connected to.
LIVE = {
    "SITE_URL": "https://hope.example.org",
    "ALLOWED_HOSTS": "hope.example.org",
    "SECRET_KEY": "not-a-key-not-a-key-not-a-key-0123456789-abcdefghijklmnopqrstuvwxyz",
    "VAULT_KEYS": "bm90LWEta2V5LW5vdC1hLWtleS1ub3QtYS1rZXktMTI=",
    "DATABASE_URL": "postgres://nobody:nothing@database.invalid/hope",
    "CACHE_URL": "redis://cache.invalid/0",
    "EMAIL_URL": "smtp://mail.invalid:587?tls=1",
    "AWS_STORAGE_BUCKET_NAME": "nowhere",
    "AWS_S3_ENDPOINT_URL": "https://files.invalid",
    "AWS_S3_REGION_NAME": "nowhere",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "GIVING_PROVIDER": "stripe",
    "STRIPE_SECRET_KEY": "sk_test_nothing",
    "STRIPE_WEBHOOK_SECRET": "whsec_nothing",
}
EMBEDDED = {"DATABASE_URL": "sqlite://:memory:"}


@dataclass(frozen=True)
class Check:
    """One check: a command, or a function that returns what is wrong (nothing: all well)."""

    name: str
    command: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    function: Callable[[], str] | None = None

    def run(self) -> bool:
        """Run the check, print what is wrong, return whether all is well."""
        begun = time.monotonic()
        if self.function:
            said = self.function()
            well = not said
        else:
            names = {"PATH", "HOME", "LANG", "TMPDIR"}
            environ = {name: value for name, value in os.environ.items() if name in names} | self.environ
            done = subprocess.run(
                self.command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            well, said = done.returncode == 0, done.stdout
        print(f"{'ok  ' if well else 'FAIL'} {self.name} ({time.monotonic() - begun:.1f} s)", flush=True)
        if not well:
            print("".join(f"     {line}\n" for line in said.strip().splitlines()), flush=True)
        return well


def _templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))


def _stylesheets() -> str:
    """Return stylelint's complaints."""
    done = node.run(
        "stylelint/bin/stylelint.mjs", "--config", node.HERE / "stylelint.config.json", "static/css/**/*.css", cwd=ROOT
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _long_files() -> str:
    """Return files of ours over 400 lines: a room is missing. A generated migration is as long as its models ask."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.js", "*.css", "*.html"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in listed.stdout.split() if (ROOT / name).exists()}
    return "\n".join(f"{name}: {count} lines" for name, count in lines.items() if count > 400 and "/migrations/" not in name)


def _locks() -> str:
    """Return the compiled requirements that are not in step with their sources."""
    return "".join(f"{name} is not compiled from its source as it is: make lock\n" for name in lock.out_of_step())


def checks() -> list[Check]:
    """Return every check, the quick ones first."""
    return [
        Check("ruff", [str(BIN / "ruff"), "check", "--quiet", "."]),
        Check("ruff format", [str(BIN / "ruff"), "format", "--check", "--quiet", "--diff", "."]),
        Check("templates (djade)", [str(BIN / "djade"), "--check", "--target-version", "5.2", *_templates()]),
        Check("stylesheets (stylelint)", function=_stylesheets),
        Check("files of at most 400 lines", function=_long_files),
        Check("requirements in step", function=_locks),
        Check("layers (import-linter)", [str(BIN / "lint-imports"), "--no-cache"]),
        Check("types (mypy)", [str(BIN / "mypy"), "--no-error-summary"], EMBEDDED),
        Check("deployment settings", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], LIVE),
        Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], EMBEDDED),
        Check("sprite", [*MANAGE, "build_sprite", "--check"], EMBEDDED),
    ]


def main() -> int:
    """Run every check; return how many failed."""
    failed = [check.name for check in checks() if not check.run()]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
