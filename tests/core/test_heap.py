"""What one thread has freed is there for the others: a server does not grow with the number of its threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Eight threads hold memory at the same time; then the C library says which heaps there are.
HEAPS = """
import ctypes, sys, threading
from core.heap import share_heap

if sys.argv[1] == "shared" and not share_heap():
    sys.exit(3)
c, together = ctypes.CDLL(None), threading.Barrier(9)
c.malloc.restype = c.fdopen.restype = ctypes.c_void_p
c.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]

def work():
    c.malloc(1000)
    together.wait()
    together.wait()

for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
together.wait()
out = c.fdopen(1, b"w")
c.malloc_info(0, out)
c.fflush(None)
together.wait()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep freed memory in other ways")
def test_all_threads_share_one_heap():
    found = {}
    for how in ("their own", "shared"):
        run = subprocess.run([sys.executable, "-c", HEAPS, how], cwd=ROOT, capture_output=True, text=True, timeout=60)
        if run.returncode == 3:
            pytest.skip("this C library has no mallopt")
        found[how] = run.stdout.count("<heap nr=")
    assert found["shared"] == 1
    assert found["their own"] > 1


# Much is freed, but what lies behind it in memory is not.
FREED = """
import sys
from pathlib import Path
from core.heap import give_back

def held():
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) / 1024

much, kept = [], []
for number in range(1000):
    much.append(bytearray(b"x" * 100_000))
    kept.append(bytearray(1000))
before = held()
much.clear()
freed = held()
if not give_back():
    sys.exit(3)
print(before, freed, held())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep freed memory in other ways")
def test_what_is_free_is_given_back():
    run = subprocess.run([sys.executable, "-c", FREED], cwd=ROOT, capture_output=True, text=True, timeout=60)
    if run.returncode == 3:
        pytest.skip("this C library has no malloc_trim")
    before, freed, given_back = map(float, run.stdout.split())
    assert freed > before - 20
    assert given_back < before - 80
