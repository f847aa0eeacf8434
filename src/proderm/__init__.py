"""The ProDERM trial: its columns, estimands, contradictions and reconstruction."""
