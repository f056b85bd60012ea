"""Functions of a release, imported from a checkout of it where it lies."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from core.data import Entry
from core.errors import InputError, NotFoundError
from core.segment.segmentation import default_shots


def change_points(path: Path) -> Callable[[np.ndarray, float], np.ndarray]:
    """KTS of a checkout: `cpd_auto(K, ncp, vmax)` of the file cpd_auto.py that most of the releases share.

    Returns:
        A function of (T, D) features and the penalty that gives the change points, up to T - 1 of them.

    Raises:
        NotFoundError: there is no such file or function below the path.
        InputError: it cannot be imported.
    """
    cpd_auto = function_below(path, ["cpd_auto.py"], ["cpd_auto"])

    def changes(features: np.ndarray, penalty: float) -> np.ndarray:
        rows = features.astype(np.float64)
        with contextlib.redirect_stdout(sys.stderr):  # it tells how far it is; our last line is the result
            found, _ = cpd_auto(rows @ rows.T, len(rows) - 1, penalty)
        return np.asarray(found, np.int64)

    return changes


def knapsack(path: Path) -> Callable[[np.ndarray, np.ndarray, int], np.ndarray]:
    """The knapsack of a checkout, under any of the three signatures of the releases.

    Returns:
        A function of (S,) values, (S,) weights and the capacity that gives (S,) bool.

    Raises:
        NotFoundError, InputError: as `change_points`.
    """
    solve = function_below(
        path,
        ["knapsack.py", "knapsack_implementation.py"],
        ["knapSack", "knapsack_dp", "knapsack"],
    )

    def chosen(values: np.ndarray, weights: np.ndarray, capacity: int) -> np.ndarray:
        arguments: dict[str, tuple[Any, ...]] = {
            "knapSack": (capacity, weights.tolist(), values.tolist(), len(values)),
            "knapsack_dp": (values.tolist(), weights.tolist(), len(values), capacity),
            "knapsack": (values.tolist(), weights.tolist(), capacity),
        }
        mask = np.zeros(len(values), bool)
        mask[list(solve(*arguments[solve.__name__]))] = True
        return mask

    return chosen


def evaluation(path: Path) -> Callable[[Entry, np.ndarray], tuple[float, float, float]]:
    """The evaluation of a checkout: its `generate_summary` and `evaluate_summary`, under two kinds of signatures.

    - SummDiff and MR.HiSum: (scores, shots with their last frames, [frames], lengths of shots, picks) to a cut, and
      (cut, cuts of people, scores, scores of people, data set, method) to F1 in percent, tau and rho. SummDiff's
      `generate_summary` is taken to be MR.HiSum's, which it is called like.
    - PGL-SUM and CSTA: lists of all videos' shots, scores, frames and picks to a list of cuts, (cut, cuts of people,
      method) to F1 in percent, and `get_corr_coeff` (scores, names, data set, scores of people) to rho and tau.

    Returns:
        A function of an entry and a curve (T,) that gives tau, rho and F1, means over the people.

    Raises:
        NotFoundError, InputError: as `change_points`.
    """
    generate, evaluate = (function_anywhere(path, name) for name in ("generate_summary", "evaluate_summary"))
    at_once = "gtscore" in inspect.signature(evaluate).parameters
    correlate = None if at_once else function_anywhere(path, "get_corr_coeff")
    of_lists = len(inspect.signature(generate).parameters) == 4

    def figures(entry: Entry, curve: np.ndarray) -> tuple[float, float, float]:
        people, bounds = entry.annotations, default_shots(entry).bounds
        shots, lengths = bounds - [0, 1], (bounds[:, 1] - bounds[:, 0]).tolist()
        if of_lists:
            (cut,) = generate([shots], [curve], [entry.n_frames], [entry.picks])
        else:
            cut = generate(curve, shots, [entry.n_frames], lengths, entry.picks)
        if correlate is None:
            f1, tau, rho = evaluate(cut, people.summaries, curve, people.scores, "tvsum", "avg")
        else:
            found = evaluate(cut, people.summaries, "avg")
            f1 = found[0] if isinstance(found, tuple) else found
            rho, tau = correlate([curve], ["video_1"], "TVSum", [people.scores])
        return float(tau), float(rho), float(f1) / 100

    def said(entry: Entry, curve: np.ndarray) -> tuple[float, float, float]:
        try:
            with contextlib.redirect_stdout(sys.stderr):
                return figures(entry, curve)
        except Exception as error:  # whatever foreign code may raise
            raise InputError(f"The evaluation of '{path}' does not run: {type(error).__name__}: {error}.") from error

    return said


def function_anywhere(path: Path, name: str) -> Callable[..., Any]:
    """The function of this name in the Python file below the path that defines it, the one least deep."""
    found = sorted(path.rglob("*.py"), key=lambda file: (len(file.parts), file))
    for file in found:
        if f"def {name}(" in file.read_text(errors="replace"):
            return getattr(imported(file, path), name)
    raise NotFoundError(
        f"'{path}' holds no Python file with a function {name}.",
        "Give the folder of a checkout of a release.",
    )


def function_below(path: Path, files: Sequence[str], names: Sequence[str]) -> Callable[..., Any]:
    """The first of these functions in the first of these files, the one least deep below the path."""
    found = sorted((file for name in files for file in path.rglob(name)), key=lambda file: len(file.parts))
    for file in found:
        module = imported(file, path)
        for name in names:
            if hasattr(module, name):
                return getattr(module, name)
    raise NotFoundError(
        f"'{path}' holds no file {' or '.join(files)} with a function {' or '.join(names)}.",
        "Give the folder of a checkout of a release.",
    )


def imported(file: Path, root: Path) -> ModuleType:
    """A file of a checkout as a module; what it imports may lie beside it or in the folders above, up to root."""
    file, root = file.resolve(), root.resolve()
    folders = [folder for folder in file.parents if folder.is_relative_to(root) or folder == root.parent]
    sys.path += [str(folder) for folder in folders if str(folder) not in sys.path]
    package = ModuleType("checkout")  # for imports that are relative to the file's folder
    package.__path__ = [str(file.parent)]
    sys.modules["checkout"] = package
    sys.modules.pop(f"checkout.{file.stem}", None)
    try:
        return importlib.import_module(f"checkout.{file.stem}")
    except ModuleNotFoundError as error:
        raise InputError(
            f"'{file}' needs the module '{error.name}', which is neither in the checkout nor installed here.",
            "Give the whole checkout, and install the package that its requirements name.",
        ) from error
    except Exception as error:  # whatever a foreign file may raise
        raise InputError(f"'{file}' cannot be imported: {type(error).__name__}: {error}.") from error
