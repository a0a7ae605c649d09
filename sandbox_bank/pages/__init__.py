"""What people see of the bank, below /sandbox/: a payer's pages, and the bank's own for staff."""
