"""The reconstruction of ProDERM: the trial's design, its named patients, its plausibility, stage by stage."""
