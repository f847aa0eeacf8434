"""Which claims of the article cannot all hold: found from the ledger and the catalogue alone."""
