"""One line of a verdict: how it stands, and the sentence that says why."""

from dataclasses import dataclass
from typing import Literal

State = Literal["yes", "faint", "no", "harmful", "unclear", "untested"]
MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a verdict.

    Attributes
    ----------
    state : how it stands
    own : the sentence with its figures (Markdown of our own)
    word : for how it stands, where the state is none
    common : what is said with it of all heads together, the same beside each of them
    """

    state: State
    own: str
    word: str = ""
    common: str = ""

    @property
    def sentence(self) -> str:
        """All that is said."""
        return f"{self.own} {self.common}".rstrip()

    @property
    def said(self) -> str:
        """How it stands, in a word or two."""
        return self.word or ("not tested" if self.state == "untested" else self.state)
