"""Statements of a tax year: read from the ledger, written by the jurisdiction's rules, issued once, replaced when money moves."""
