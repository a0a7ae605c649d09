"""Rows that the database itself refuses to change: triggers for both engines, made by migrations.

The ledger may only be added to; what receipts and statements said stays as it was said. Two things may be set on those
once: their voiding, and, when their giver has their name erased, `erased_at` together with the content without it.
"""

TABLES = ("donations_ledgerentry",)
RECEIPTS = "donations_receipt"
STATEMENTS = "donations_statement"
_NUMBERED = ("number", "jurisdiction", "year", "serial", "test", "replaces_id", "digest", "code", "issued_at")
_FIXED = {
    RECEIPTS: (*_NUMBERED, "gift_id"),
    STATEMENTS: (*_NUMBERED, "reference", "first_day", "last_day", "supporter_id", "lines", "totals"),
}


def at_first(vendor: str) -> list[str]:
    """Return the SQL of the first protection, before statements and erasure were there (migration 0002)."""
    plain = [_refusal(vendor, table, verb) for table in TABLES for verb in ("update", "delete")]
    fixed = _changed(vendor, (*_FIXED[RECEIPTS], "content"))
    return [*_function(vendor), *plain, *_paper(vendor, RECEIPTS, f"{fixed} OR {_set_again(vendor, 'voided_at')}")]


def statements(vendor: str) -> list[str]:
    """Return the SQL that protects everything, on an engine ("sqlite" or "postgresql")."""
    made = [*_function(vendor), *(_refusal(vendor, table, verb) for table in TABLES for verb in ("update", "delete"))]
    for table, columns in _FIXED.items():
        unlike = _changed(vendor, ("content",))
        erasing = "(OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)"
        once = " OR ".join(_set_again(vendor, name) for name in ("voided_at", "erased_at"))
        made += _paper(vendor, table, f"{_changed(vendor, columns)} OR ({unlike} AND NOT {erasing}) OR {once}")
    return made


def removals(vendor: str) -> list[str]:
    """Return the SQL that takes the protection away (backwards migration; tests that empty SQLite's tables)."""
    names = [(table, f"{table}_{verb}") for table in (*TABLES, *_FIXED) for verb in ("update", "delete")]
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for _table, name in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names] + ["DROP FUNCTION IF EXISTS donations_refuse()"]


def _unlike(vendor: str) -> str:
    return "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"


def _changed(vendor: str, columns: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{column} {_unlike(vendor)} NEW.{column}" for column in columns)


def _set_again(vendor: str, column: str) -> str:
    return f"(OLD.{column} IS NOT NULL AND OLD.{column} {_unlike(vendor)} NEW.{column})"


def _paper(vendor: str, table: str, when: str) -> list[str]:
    return [_refusal(vendor, table, "delete"), _refusal(vendor, table, "update", when)]


def _function(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return []
    function = (
        "CREATE OR REPLACE FUNCTION donations_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    return [function]


def _refusal(vendor: str, table: str, verb: str, when: str = "") -> str:
    head = f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table}"
    if vendor == "sqlite":
        condition = f"WHEN {when}" if when else ""
        return f"{head} {condition} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    condition = f"WHEN ({when})" if when else ""
    return f"{head} FOR EACH ROW {condition} EXECUTE FUNCTION donations_refuse()"
