"""Rows that the database itself refuses to change: triggers for both engines, made by a migration (rule 12).

Looks may only be added. Giving protects its own tables likewise (donations.append_only): neither room knows the other.
"""

TABLE = "safeguarding_look"


def statements(vendor: str) -> list[str]:
    """Return the SQL that protects the table on an engine ("sqlite" or "postgresql")."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {TABLE}_{verb} BEFORE {verb.upper()} ON {TABLE}"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            for verb in ("update", "delete")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION safeguarding_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {TABLE}_{verb} BEFORE {verb.upper()} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION safeguarding_refuse()"
        for verb in ("update", "delete")
    ]
    return [function, *triggers]


def removals(vendor: str) -> list[str]:
    """Return the SQL that takes the protection away (backwards migration; tests that empty SQLite's tables)."""
    names = [f"{TABLE}_{verb}" for verb in ("update", "delete")]
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in names] + ["DROP FUNCTION IF EXISTS safeguarding_refuse()"]
