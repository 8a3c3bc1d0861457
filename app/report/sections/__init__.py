"""One section of the report for each page of the app that is about a run: the same question, answer and figures."""

from collections.abc import Callable

from app.report.content import Asked, Section
from app.report.sections.communities import communities
from app.report.sections.evidence import evidence
from app.report.sections.forecast import forecast
from app.report.sections.heads import heads
from app.report.sections.map import roads
from app.report.sections.overview import overview
from app.report.sections.settings import settings
from app.report.sections.spectrum import spectrum

SECTIONS: dict[str, Callable[[Asked], Section]] = {
    "Overview": overview,
    "Heads": heads,
    "Spectrum": spectrum,
    "Communities": communities,
    "Map": roads,
    "Evidence": evidence,
    "Forecast": forecast,
    "Settings": settings,
}
"""The sections in their order, by name."""
