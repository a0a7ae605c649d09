"""Rows that the database itself refuses to change: the log of contact details. Triggers for both engines.

Giving and safeguarding protect their own tables likewise: the rooms do not know each other.
"""

TABLE = "supporters_contactchange"
_VERBS = ("update", "delete")


def statements(vendor: str) -> list[str]:
    """Return the SQL that protects the table on an engine ("sqlite" or "postgresql")."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {TABLE}_{verb} BEFORE {verb.upper()} ON {TABLE}"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            for verb in _VERBS
        ]
    function = (
        "CREATE OR REPLACE FUNCTION supporters_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {TABLE}_{verb} BEFORE {verb.upper()} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION supporters_refuse()"
        for verb in _VERBS
    ]
    return [function, *triggers]


def removals(vendor: str) -> list[str]:
    """Return the SQL that takes the protection away (backwards migration; tests that empty SQLite's tables)."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {TABLE}_{verb}" for verb in _VERBS]
    return [f"DROP TRIGGER IF EXISTS {TABLE}_{verb} ON {TABLE}" for verb in _VERBS] + [
        "DROP FUNCTION IF EXISTS supporters_refuse()"
    ]
