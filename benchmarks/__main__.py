"""The speed benchmarks: `python -m benchmarks` lists them, `python -m benchmarks NAME [--json]` runs one.

With --json the last line of the output is the result: {"name", "seconds" (ours, median), "reference_seconds", "ratio",
"peak_mb", "equal" (results identical to the reference where it ran), "reached", "must", ...}. The exit code is 0 where
the result is what it must be, or where this machine cannot say; 1 where it is not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys

from benchmarks.measuring import Result

# What each one measures, and where: "module:function", imported only when it runs.
BENCHMARKS = {
    "kts-1000": ("KTS of 1,000 picks against the textbook programme", "kts:kts_1000"),
    "kts-7200": ("KTS of an hour of picks", "kts:kts_7200"),
    "kts-90000": ("KTS of an hour of frames", "kts:kts_90000"),
    "knapsack-36": ("cuts of 36 curves at once", "knapsack:knapsack_36"),
    "knapsack-sensitivity": ("every shot's choice reversed", "knapsack:knapsack_sensitivity"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n\n")[0])
    parser.add_argument("name", nargs="?", choices=BENCHMARKS, metavar="NAME", help="without it: the list")
    parser.add_argument("--json", action="store_true", help="print the result as JSON in the last line")
    asked = parser.parse_args()
    if asked.name is None:
        width = max(map(len, BENCHMARKS))
        print("\n".join(f"{name:{width}}  {what}" for name, (what, _) in BENCHMARKS.items()))
        return 0
    module, function = BENCHMARKS[asked.name][1].split(":")
    result: Result = getattr(importlib.import_module(f"benchmarks.{module}"), function)()
    print(json.dumps(result.as_dict()) if asked.json else _sentence(result))
    return 1 if result.reached is False else 0


def _sentence(result: Result) -> str:
    parts = [f"{result.name}: {result.seconds:.4g} s"]
    if result.reference_seconds is not None and result.ratio is not None:
        parts.append(f"reference {result.reference_seconds:.4g} s, {result.ratio:.1f} times as long")
    if result.equal is not None:
        parts.append("same result" if result.equal else "ANOTHER RESULT")
    parts.append(f"{result.peak_mb:.0f} MB")
    reached = {True: "reached", False: "NOT REACHED", None: "cannot be said here"}[result.reached]
    return ", ".join(parts) + f". Must be {result.must}: {reached}."


if __name__ == "__main__":
    sys.exit(main())
