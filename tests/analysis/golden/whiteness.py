"""What made the golden values in ``test_whiteness.py``: ``python tests/analysis/golden/whiteness.py``.

Needs torch-spatiotemporal (0.9.5 was used) with torch and torch-geometric, which this project does not need: a script
to be run by hand in an environment of its own. That package imports the name SparseTensor of torch_sparse for its type
hints alone; where torch_sparse does not build, an empty class of that name does. The signal is made by arithmetic, so
that it is the same everywhere.
"""

import numpy as np

ROWS, SENSORS = 60, 7

row, sensor = np.arange(ROWS)[:, None], np.arange(SENSORS)
signal = np.sin(1.7 * row + 2.3 * sensor**2) + 0.4 * np.sin(0.31 * row) + 0.1 * sensor - 0.2
seen = (3 * row + 5 * sensor) % 11 != 0
edges = np.array([[0, 1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, 6, 6]])
weights = np.array([1.0, 2.0, 0.5, 1.5, 1.0, 3.0, 0.25])

if __name__ == "__main__":
    from tsl.ops.az_test import az_whiteness_test

    for name, mask in (("whole", None), ("with gaps", seen)):
        for part, balance in (("both", 0.5), ("space", 1.0), ("time", 0.0)):
            found = az_whiteness_test(
                signal[:, :, None].copy(),
                edges.copy(),
                mask=None if mask is None else mask[:, :, None],
                edge_weight=weights.copy(),
                lamb=balance,
            )
            print(f"{name:10s} {part:6s} {found.statistic:.12f} {found.pvalue:.12f}")
