"""The evidence of a run: what takes too long to be measured when a page is opened, made once and kept on disk.

    parts.py         the parts there are: what each results in, how it is made, why it cannot be
    codec.py         a result as a JSON document and arrays, and back from its type hints alone
    kept.py          results on disk, beside the runs, each for exactly the run it was made of
    work.py          what is missing, made one part after another
    jobs.py          that as a process of its own, and how far it is
    document.py      a result as plain data
    commands.py      ``python -m app evidence``

No Streamlit here. Torch is loaded only where a model has to run, by the process that makes that part.
"""
