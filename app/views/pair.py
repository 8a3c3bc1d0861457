"""The chosen pair, as the pages speak of it."""

import numpy as np
import pandas as pd

from app import store
from app.reading.heads import head_label
from app.reading.pairs import own_sentence, pair_sentence
from app.store.pairs import pair_of
from app.views import controls
from app.views.page import Opened


def chosen_pair(page: Opened) -> str:
    """A sentence on the chosen pair in the chosen head; '' where none is chosen."""
    if page.marks.pair is None:
        return ""
    receiver, sender = page.marks.pair
    if receiver == sender:
        weight = store.matrix_of(page.version, page.selection.head)[receiver, receiver]
        return own_sentence(page.ids[receiver], page.where, float(weight))
    facts = pair_of(page.version, page.selection.head, receiver, sender)
    return pair_sentence(
        page.ids[receiver],
        page.ids[sender],
        page.where,
        taken=facts.taken,
        given=facts.given,
        rank=facts.rank,
        pairs=facts.pairs,
        km=facts.km,
        hops=facts.hops,
        planted=facts.planted,
    )


def choose_pair(page: Opened, receiver: int, sender: int) -> None:
    """Choose the weight with which ``receiver`` uses ``sender``, both positions; for callbacks."""
    controls.choose(pair=(page.ids[receiver], page.ids[sender]))


def pair_by_head(page: Opened) -> pd.DataFrame:
    """Both directions of the chosen pair in the mean and in every head."""
    if page.marks.pair is None:
        return pd.DataFrame()
    receiver, sender = page.marks.pair
    matrices = [np.asarray(store.matrix_of(page.version, head)) for head in store.selectable(page.run)]
    return pd.DataFrame(
        {
            "head": [head_label(head) for head in store.selectable(page.run)],
            "first hears second": [float(matrix[receiver, sender]) for matrix in matrices],
            "second hears first": [float(matrix[sender, receiver]) for matrix in matrices],
            "place among pairs": [
                pair_of(page.version, head, receiver, sender).rank if receiver != sender else 0
                for head in store.selectable(page.run)
            ],
        }
    )
