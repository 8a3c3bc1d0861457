"""Data, models, training and runs. Imports neither ``analysis`` nor ``app``."""
