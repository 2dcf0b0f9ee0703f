"""Two pictures of a result, as SVG: cost by size of the table, cost by operation beside others. Needs matplotlib."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from peers import PEERS
from result import Result, families
from rows import Row

BY_SIZE, BY_OPERATION = "by_size.svg", "by_operation.svg"
LOOKS = {  # peer -> colour, marker, name
    "floor": ("#999999", "|", "floor: a ready answer at before-call"),
    "method": ("#555555", "|", "floor: a ready answer in the method"),
    "ours": ("#d62728", "o", "pytest-ddbmock"),
    "moto": ("#1f77b4", "s", "moto"),
    "dynalite": ("#2ca02c", "^", "dynalite, over HTTP"),
    "dynoxide": ("#9467bd", "D", "dynoxide, over HTTP"),
}
SETTINGS = {
    "svg.hashsalt": "ddbmock",  # the same ids each time, so that only what changed differs
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def missing() -> str | None:
    """Why pictures cannot be drawn here, if they cannot."""
    if find_spec("matplotlib") is None:
        return 'matplotlib is not installed: pip install "pytest-ddbmock[benchmarks]"'
    return None


def draw(result: Result, rows: list[Row], folder: Path) -> None:
    """Write both into a folder."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(SETTINGS):
        for name, paint in ((BY_SIZE, _by_size), (BY_OPERATION, _by_operation)):
            figure = paint(pyplot, result, rows)
            # Neither the day nor the version of matplotlib is wanted in the file.
            figure.savefig(folder / name, metadata={"Date": None, "Creator": None})
            pyplot.close(figure)


def _by_size(pyplot: Any, result: Result, rows: list[Row]) -> Any:
    """A field for each family: time over size, a line for each peer."""
    figure, axes = pyplot.subplots(2, 3, figsize=(10, 6), sharex=True, sharey=True, layout="constrained")
    for field, (family, members) in zip(axes.flat, families(rows).items(), strict=True):
        for peer in _drawn(result, PEERS):
            points = [(row.size, least * 1e3) for row in members if (least := result.least(row, peer))]
            if points:
                colour, marker, name = LOOKS[peer]
                style = ":" if peer in ("floor", "method") else "-"
                field.plot(*zip(*points, strict=True), style, color=colour, marker=marker, markersize=4, label=name)
        field.set(xscale="log", yscale="log", title=family)
        field.minorticks_off()
    figure.supxlabel("items in the table")
    figure.supylabel("ms for a call (minimum)")
    _legend(figure, axes.flat)
    return figure


def _by_operation(pyplot: Any, result: Result, rows: list[Row]) -> Any:
    """A line for each row: how many times the floor each peer costs."""
    rows = [row for row in rows if row.family is None or row.size == 10_000]
    figure, field = pyplot.subplots(figsize=(10, 5.5), layout="constrained")
    for peer in _drawn(result, [peer for peer in PEERS if peer != "floor"]):
        colour, marker, name = LOOKS[peer]
        points = [
            (quotient, place)
            for place, row in enumerate(reversed(rows))
            if (quotient := result.quotient(row, peer, "floor"))
        ]
        if points:
            field.plot(*zip(*points, strict=True), marker, color=colour, label=name, markersize=7)
    field.axvline(1, color=LOOKS["floor"][0], label=LOOKS["floor"][2])
    field.set(xscale="log", xlabel="times the floor, a ready answer at botocore's before-call (minimums)")
    field.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    _legend(figure, [field])
    return figure


def _drawn(result: Result, peers: Any) -> list[str]:
    return [peer for peer in peers if peer not in result.missing]


def _legend(figure: Any, fields: Any) -> None:
    named = {name: line for field in fields for line, name in zip(*field.get_legend_handles_labels(), strict=True)}
    figure.legend(named.values(), named.keys(), loc="outside upper center", ncols=3, frameon=False)
