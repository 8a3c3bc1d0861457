"""Who is in which community, and how that agrees with what is known."""

import pandas as pd

from app.measured import REFERENCES, Measured
from app.reading.heads import head_label

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
    """Agreement with each reference there is, beside chance."""
    references = measured.references(head, method, count)
    agreed = {name: measured.agreement(head, method, count, name) for name in REFERENCES}
    return pd.DataFrame(
        [
            {
                "compared with": references[name].name,
                "NMI": found.nmi,
                "NMI by chance": found.chance_nmi,
                "ARI": found.ari,
                "ARI by chance": found.chance_ari,
                "p": found.p,
                f"{measured.noun}s compared": found.compared,
            }
            for name, found in agreed.items()
            if found is not None
        ]
    )


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
