"""Who is in which community, and how that agrees with what is known."""

import numpy as np
import pandas as pd

from app.measured import REFERENCES, Measured
from app.reading.heads import head_label
from app.reading.words import about

COLUMNS = {"groups": "known group", "roads": "road cluster"}  # of REFERENCES


def community_table(measured: Measured, head: str, method: str, count: int) -> pd.DataFrame:
    """Which community each sensor is in, in the order of the data; empty for a sensor without any weight."""
    labels = measured.communities(head, method, count).labels
    shown = [str(label + 1) if label >= 0 else "" for label in labels]
    frame = pd.DataFrame({measured.noun: measured.ids, "community": shown})
    for name, other in measured.references(head, method, count).items():
        frame[COLUMNS[name]] = [other.names[label] if label >= 0 else "" for label in other.labels]
    return frame


def agreement_table(measured: Measured, head: str, method: str, count: int) -> pd.DataFrame:
    """Agreement with each reference there is, beside the Moran null's chance and that of exchanged sensors."""
    references, noun = measured.references(head, method, count), measured.noun
    rows = []
    for name in REFERENCES:
        found = measured.agreement(head, method, count, name)
        tests = measured.agreement_tests(head, method, count, name)
        if found is None or tests is None:
            continue
        moran = next(iter(tests.tests), None)
        rows.append(
            {
                "compared with": references[name].name,
                "ARI": found.ari,
                "ARI by chance, Moran": np.nan if moran is None else moran.chance,
                "p, Moran": np.nan if moran is None else moran.p,
                "NMI": found.nmi,
                f"ARI, {noun}s exchanged": found.chance_ari,
                f"NMI, {noun}s exchanged": found.chance_nmi,
                f"p, {noun}s exchanged (too liberal)": found.p,
                f"{noun}s compared": found.compared,
                "Moran not drawn because": about(noun, next((one.reason for one in tests.untested), "")),
            }
        )
    return pd.DataFrame(rows)


def contrast_table(measured: Measured, reference: str, method: str, count: int) -> pd.DataFrame:
    """Contrast of the mean and of each head along a reference of ``count`` clusters, and its two means."""
    contrasts = measured.contrasts(reference, method, count) or ()
    return pd.DataFrame(
        {
            "head": [head_label(head) for head in measured.heads],
            "mean weight within": [contrast.within for contrast in contrasts],
            "mean weight across": [contrast.across for contrast in contrasts],
            "contrast": [contrast.value for contrast in contrasts],
        }
    )
