"""Rows that the database itself refuses to change: triggers for both engines, made by a migration.

The ledger, the timeline's rows and what receipts said may only be added; of a receipt, its voiding alone may be set.
"""

TABLES = ("donations_ledgerentry",)
RECEIPTS = "donations_receipt"
_RECEIPT_FIXED = (
    "number", "jurisdiction", "year", "serial", "test", "gift_id", "replaces_id", "content", "digest", "code", "issued_at",
)  # fmt: skip


def statements(vendor: str) -> list[str]:
    """Return the SQL that protects the tables on an engine ("sqlite" or "postgresql")."""
    return _sqlite() if vendor == "sqlite" else _postgresql()


def removals(vendor: str) -> list[str]:
    """Return the SQL that takes the protection away (backwards migration; tests that empty SQLite's tables)."""
    names = [(table, f"{table}_{verb}") for table in (*TABLES, RECEIPTS) for verb in ("update", "delete")]
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for _table, name in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names] + ["DROP FUNCTION IF EXISTS donations_refuse()"]


def _changed(operator: str) -> str:
    return " OR ".join(f"OLD.{column} {operator} NEW.{column}" for column in _RECEIPT_FIXED)


def _sqlite() -> list[str]:
    def refuse(table: str, verb: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} {when}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )

    plain = [refuse(table, verb) for table in TABLES for verb in ("update", "delete")]
    fixed = f"WHEN {_changed('IS NOT')} OR (OLD.voided_at IS NOT NULL AND OLD.voided_at IS NOT NEW.voided_at)"
    return [*plain, refuse(RECEIPTS, "delete"), refuse(RECEIPTS, "update", fixed)]


def _postgresql() -> list[str]:
    function = (
        "CREATE OR REPLACE FUNCTION donations_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )

    def refuse(table: str, verb: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW {when}"
            " EXECUTE FUNCTION donations_refuse()"
        )

    plain = [refuse(table, verb) for table in TABLES for verb in ("update", "delete")]
    fixed = (
        f"WHEN ({_changed('IS DISTINCT FROM')} OR (OLD.voided_at IS NOT NULL AND OLD.voided_at IS DISTINCT FROM NEW.voided_at))"
    )
    return [function, *plain, refuse(RECEIPTS, "delete"), refuse(RECEIPTS, "update", fixed)]
