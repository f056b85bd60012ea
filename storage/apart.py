"""Reading files of strangers in a process of its own, with limits on memory, time and what comes back.

Parsers of other people's formats can be led to ask for any amount of memory, to work for ever, or to break the process
that they run in. Here they run in `python -m storage.apart`: a fresh process, so that it may be started by one that has
threads. It is asked for the values of a generator function and sends them one by one; arrays travel as they lie in
memory. The limits grow with the files, since what is in them must fit in.
"""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import FormatError, ManycutError

ROOT = Path(__file__).resolve().parent.parent
MB = 2**20
LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Allowance:
    """What reading may take.

    Attributes:
        memory: bytes beside those of Python and its libraries.
        value: bytes of one value; all together may have eight times as many.
        seconds: of computing; it is waited for twice as long, as others are at work as well.
    """

    memory: int
    value: int
    seconds: float


def allowance(files: Sequence[Path]) -> Allowance:
    """What reading files, or folders of files, may take: generous for any that was not made to be large when read."""
    size = sum(one.stat().st_size for file in files for one in (file, *file.rglob("*")) if one.is_file())
    return Allowance(memory=256 * MB + 16 * size, value=64 * MB + 16 * size, seconds=25 + size / MB)


@contextmanager
def read_apart(
    function: str,
    arguments: Sequence[Any],
    files: Sequence[Path],
    error: type[ManycutError] = FormatError,
    libraries: Sequence[str] = (),
) -> Iterator[Iterator[Any]]:
    """What a generator function yields in a process of its own, which ends with the block.

    Args:
        function: as "module:name".
        arguments: for it; can be pickled. It runs in another folder, so paths should be absolute.
        files: those that it reads; the first is named where something is wrong.
        error: what is raised where the process breaks a limit, or dies.
        libraries: large modules that the function needs, whose own memory is not counted.

    Raises:
        ManycutError: of `error`, or what the function raised.
    """
    name, limits = files[0].name, allowance(files)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "storage.apart"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError), process.stdin:  # where it died already, that is found out below
            pickle.dump((function, tuple(arguments), limits, name, error, tuple(libraries)), process.stdin)
        yield _Values(process, process.stdout, limits, name, error).all()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


class _Values:
    """Takes what the process sends, waiting no longer for it in all than it may take."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        pipe: IO[bytes],
        limits: Allowance,
        name: str,
        error: type[ManycutError],
    ) -> None:
        self._process, self._pipe, self._limits, self._name, self._error = process, pipe, limits, name, error
        self._waited, self._bytes = 0.0, 0
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def all(self) -> Iterator[Any]:
        while True:
            sent, value = self._message()
            match sent:
                case "value":
                    yield value
                case "end":
                    return
                case "refused":
                    raise value
                case _:
                    raise RuntimeError(f"Reading {self._name} apart failed:\n{value}")

    def _message(self) -> tuple[str, Any]:
        size, count = self._number(), self._number()
        self._allow(size + count * LENGTH.size)
        lengths = [self._number() for _ in range(count)]
        self._allow(size + sum(lengths))
        self._bytes += size + sum(lengths)
        if self._bytes > 8 * self._limits.value:
            raise self._too_large()
        content = self._exactly(size)
        message: tuple[str, Any] = pickle.loads(content, buffers=[self._exactly(length) for length in lengths])
        return message

    def _allow(self, size: int) -> None:
        if size > self._limits.value:
            raise self._too_large()

    def _number(self) -> int:
        number: int = LENGTH.unpack(self._exactly(LENGTH.size))[0]
        return number

    def _exactly(self, size: int) -> bytearray:
        content = bytearray(size)
        rest = memoryview(content)
        while rest:
            begun = time.monotonic()
            ready = self._poll.poll(1000 * max(2 * self._limits.seconds - self._waited, 0))
            self._waited += time.monotonic() - begun
            if not ready:
                raise too_slow(self._name, self._limits, self._error)
            got = os.readv(self._pipe.fileno(), [rest])
            if not got:
                raise self._death()
            rest = rest[got:]
        return content

    def _death(self) -> ManycutError:
        """Why the process ended before it was through."""
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return too_slow(self._name, self._limits, self._error)
        how = signal.Signals(-code).name if -code in set(signal.Signals) else f"code {code}"
        return self._error(
            f"{self._name} cannot be read: the process that read it broke down ({how}).",
            "It is damaged, or made to do so; nothing of it was kept.",
        )

    def _too_large(self) -> ManycutError:
        return self._error(
            f"{self._name} holds far more than a file of its size should.",
            "It is damaged, or made to fill memories; nothing of it was kept.",
        )


def too_slow(name: str, limits: Allowance, error: type[ManycutError]) -> ManycutError:
    """For a file that takes longer than it may."""
    return error(
        f"{name} takes more than {limits.seconds:.0f} s to be read, far more than a file of its size should.",
        "It is damaged, or made to take so long; nothing of it was kept.",
    )


def too_hungry(name: str, limits: Allowance, error: type[ManycutError]) -> ManycutError:
    """For a file that takes more memory than it may."""
    return error(
        f"{name} needs more than {limits.memory // MB} MB of memory, far more than a file of its size should.",
        "It is damaged, or made to fill memories; nothing of it was kept.",
    )


# In the process --------------------------------------------------------------------------------------------------


def main() -> None:
    """Answers the one request that stands in stdin."""
    answer = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is not for whoever asked
    function, arguments, limits, name, error, libraries = pickle.load(sys.stdin.buffer)
    try:
        for value in _values(function, arguments, limits, libraries):
            _send(answer, "value", value)
        last: tuple[str, Any] = ("end", None)
    except ManycutError as refusal:
        last = ("refused", type(refusal)(refusal.message, refusal.hint))
    except MemoryError:
        last = ("refused", too_hungry(name, limits, error))
    except BrokenPipeError:  # nobody wants the rest
        os._exit(0)
    except BaseException:
        last = ("failed", traceback.format_exc())
    _send(answer, *last)
    os._exit(0)  # whatever the file did to the libraries, they do not get to clean up


def _values(function: str, arguments: Sequence[Any], limits: Allowance, libraries: Sequence[str]) -> Iterator[Any]:
    for library in libraries:
        importlib.import_module(library)
    module, _, name = function.partition(":")
    found: Callable[..., Iterator[Any]] = getattr(importlib.import_module(module), name)
    _limit(limits)
    return found(*arguments)


def _limit(limits: Allowance) -> None:
    """Limits this process from now on; where the system knows no such limit, the others hold."""
    seconds = int(time.process_time() + limits.seconds) + 1
    _set(resource.RLIMIT_CPU, seconds)
    _set(resource.RLIMIT_CORE, 0)
    with suppress(OSError):  # only Linux says how much there is
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _set(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory)


def _set(which: int, value: int) -> None:
    with suppress(ValueError, OSError):
        _, highest = resource.getrlimit(which)
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(which, (value, highest))


def _send(pipe: IO[bytes], sent: str, value: Any) -> None:
    aside: list[pickle.PickleBuffer] = []
    content = pickle.dumps((sent, value), protocol=5, buffer_callback=aside.append)
    buffers = [buffer.raw() for buffer in aside]
    head = b"".join(LENGTH.pack(one) for one in (len(content), len(buffers), *map(len, buffers)))
    for rest in (memoryview(head), memoryview(content), *buffers):
        while rest:
            rest = rest[pipe.write(rest) :]


if __name__ == "__main__":
    main()
