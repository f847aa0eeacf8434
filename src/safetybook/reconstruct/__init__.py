"""From a ledger of claims to patient-level data: possible rows, constraints, a deterministic solver."""
