"""CDISC Pilot 01: a trial whose records are public, to test the engine where the truth is known."""
