"""The commands by which something leaves the app: ``report`` and ``export``."""

from pathlib import Path

import click

GRAPHS, PAGES = (".graphml", ".gexf"), (".html", ".htm")  # what the endings of an exported file may be


def size_words(size: int) -> str:
    """Bytes as a user reads them, in kB below one MB.

    >>> size_words(437), size_words(51_300), size_words(6_420_000)
    ('0.4 kB', '51 kB', '6.4 MB')
    """
    if size >= 1e6:
        return f"{size / 1e6:.1f} MB"
    return f"{size / 1e3:.0f} kB" if size >= 1e4 else f"{size / 1e3:.1f} kB"


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", default="report.html", show_default=True, help="The file; one that is there is replaced.")
@click.option("--head", default="mean", show_default=True, help="The head that figures of one matrix are about.")
@click.option("--share", default=0.02, show_default=True, help="Share of pairs that count as strongest.")
def report(run: Path, out: str, head: str, share: float) -> None:
    """One HTML file with every figure of a run, its numbers and its sentence; it needs no network."""
    from app.outputs import checked_file
    from app.report import write_report
    from app.report.written import control_beside
    from core.run import Run

    def tick(done: int, of: int, name: str) -> None:
        click.echo(f"{done + 1} of {of}  {name}" if name else "writing", err=True)

    checked_file(out)
    loaded = Run.load(run)
    write_report(loaded, out, head=head, share=share, control=control_beside(loaded), tick=tick)
    click.echo(f"{out}: {size_words(Path(out).stat().st_size)}")


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, help="The file, which is replaced; its ending is .graphml, .gexf or .html.")
@click.option("--head", default="mean", show_default=True, help="The head.")
@click.option("--share", type=float, help="Only the strongest share of pairs.  [default: all weights; a map: 0.02]")
def export(run: Path, out: str, head: str, share: float | None) -> None:
    """The learned graph for Gephi and networkx (.graphml, .gexf), or its map as one page (.html)."""
    from app.export.graph import write_graph
    from app.export.map import write_map
    from app.outputs import checked_file
    from core.run import Run

    checked_file(out)
    ending = Path(out).suffix.lower()
    if ending not in (*GRAPHS, *PAGES):
        raise ValueError(f"the file must end in {', '.join(GRAPHS)} or {PAGES[0]}, got {Path(out).name!r}")
    if ending in PAGES:
        write_map(Run.load(run), out, head, 0.02 if share is None else share)
    else:
        write_graph(Run.load(run), out, head, share)
    click.echo(f"{out}: {size_words(Path(out).stat().st_size)}")
