"""What reproduces a published or claimed figure. Each module is a command: ``python -m benchmarks.NAME``."""
