"""An engine for the safety results of a trial: ADaM data in, checked and citable results out."""
