"""The ratios that the last full run has found, and whether those of another run are far from them.

Ratios of one run hold on any machine, times do not. What is off by less than a factor of two may be the machine,
another Python or another botocore.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = "recorded.json"
FACTOR = 2.0


@dataclass(frozen=True)
class Comparison:
    """What is off by more than `FACTOR`: name -> recorded and measured ratio."""

    worse: dict[str, tuple[float, float]]
    better: dict[str, tuple[float, float]]
    unknown: list[str]
    """Measured, but not recorded."""

    def told(self) -> str:
        """It, for a reader; empty where there is nothing to say."""
        lines = [f"{name}: {now:.2f}, recorded {then:.2f}: WORSE" for name, (then, now) in self.worse.items()]
        lines += [f"{name}: {now:.2f}, recorded {then:.2f}: better" for name, (then, now) in self.better.items()]
        lines += [f"{name}: not recorded" for name in self.unknown]
        if self.better or self.unknown:
            lines.append("A full run on a quiet machine records anew.")
        return "\n".join(lines)


def compare(recorded: dict[str, float], measured: dict[str, float]) -> Comparison:
    """What to say of measured ratios, where less is better."""
    pairs = {name: (recorded[name], ratio) for name, ratio in measured.items() if name in recorded}
    return Comparison(
        worse={name: pair for name, pair in pairs.items() if pair[1] > pair[0] * FACTOR},
        better={name: pair for name, pair in pairs.items() if pair[1] < pair[0] / FACTOR},
        unknown=[name for name in measured if name not in recorded],
    )


def load(folder: Path) -> dict[str, float]:
    """The recorded ratios."""
    ratios: dict[str, float] = json.loads((folder / FILE).read_text(encoding="utf-8"))["ratios"]
    return ratios


def save(folder: Path, machine: dict[str, str], ratios: dict[str, float]) -> None:
    """Record them."""
    content = {"machine": machine, "ratios": {name: float(f"{ratio:.3g}") for name, ratio in ratios.items()}}
    (folder / FILE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
