"""What a training of the benchmark does, without a training: ``python -m tests.benchmarks.jobs_made TASK``."""

import json
import os
import sys
import time
from pathlib import Path

from core.archive import held

if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text())
    out = Path(asked["out"])
    print(f"told to {asked['do']}", flush=True)
    if asked["do"] == "fail":
        raise SystemExit("it was told to fail")
    out.mkdir(exist_ok=True)
    with held(out):
        out.with_suffix(".pid").write_text(str(os.getpid()))
        time.sleep(600 if asked["do"] == "sleep" else 0)
        out.with_suffix(".entry").write_text("done")
