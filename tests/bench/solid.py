"""What a picture of a scene in metres costs: `make bench-solid`.

In: scenes that the rules plan, drawn with the default settings, on a GPU where there is one.
Out: seconds of each step for a picture, by the clock and of processor time, and the greatest resident memory of both
processes: this one and Blender's.  The first picture is drawn twice: its first time, in which Blender starts, counts apart.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from agents.planner import RulePlanner
from gpu_workers.solid.blender_interpreter import DEFAULT_PYTHON
from gpu_workers.solid.blender_process import BlenderProcess
from gpu_workers.solid.scene_shot import scene_shot
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.silhouettes import silhouette
from gpu_workers.solid.solid_renderer import encoded
from gpu_workers.solid.solid_truth import SeenScene, scene_truth
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.world.solid_capabilities import solids_only

CONCEPTS = ("kitchen", "living room", "breakfast table", "park", "city street", "farm")
GOAL_S, GOAL_MB = 10.0, 1200.0
"""A picture of 512 pixels on two idle cores, and the memory of both processes."""

STEPS = ("build", "send and build in Blender", "trace", "masks", "encode")

T = TypeVar("T")


class Stopwatch:
    """Seconds of each step of each picture."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def timed(self, step: str, work: Callable[[], T]) -> T:
        """The result of the work, whose time is noted."""
        begun = time.perf_counter()
        found = work()
        self.seconds[step].append(time.perf_counter() - begun)
        return found


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pictures", type=int, default=6)
    asked.add_argument("--side", type=int, default=512, help="pixels of a side")
    asked.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "optix"))
    wanted = asked.parse_args()
    settings = TraceSettings(side=wanted.side, device=wanted.device)
    blender, graphs = (
        BlenderProcess(Path(os.environ.get("SKG_SOLID_PYTHON", DEFAULT_PYTHON))),
        list(planned(wanted.pictures)),
    )
    first, watch = Stopwatch(), Stopwatch()
    draw(graphs[0], settings, blender, first)
    spent = cpu_seconds(blender)
    for graph in graphs:
        draw(graph, settings, blender, watch)
    report(first, watch, (cpu_seconds(blender) - spent) / len(graphs), (peak_mb("self"), peak_mb(blender.process_id)))
    blender.close()


def planned(count: int) -> Iterator[SpatialGraph]:
    """Graphs of different scenes."""
    planner, number = RulePlanner(solids_only("solid")), 0
    while count:
        found = planner.plan_now(make_seed(CONCEPTS[number % len(CONCEPTS)], 100), number)
        number += 1
        if isinstance(found, SpatialGraph):
            count -= 1
            yield found


def draw(graph: SpatialGraph, settings: TraceSettings, blender: BlenderProcess, watch: Stopwatch) -> None:
    """What the renderer does, step by step."""
    scene = watch.timed("build", lambda: scene_shot(graph, 7, settings))
    begun = time.perf_counter()
    traced = blender.trace(scene.shot)
    watch.seconds["trace"].append(traced.trace_s)
    watch.seconds["send and build in Blender"].append(time.perf_counter() - begun - traced.trace_s)

    def masks() -> tuple[list[object], object]:
        size = scene.shot.size
        shapes = [silhouette(scene.triangles[i], scene.shot.camera, size) for i in range(len(graph.objects))]
        words = [thing.attributes for thing in graph.objects]
        return shapes, scene_truth(graph, SeenScene(traced.index, shapes, words, scene.elements))

    shapes, truth = watch.timed("masks", masks)
    watch.timed("encode", lambda: encoded(traced, truth, shapes))


def report(first: Stopwatch, watch: Stopwatch, cpu_s: float, peaks: tuple[float, float]) -> None:
    """Print the table and whether the goals are met."""
    sys.stdout.write(f"{'seconds a picture':28}{'mean':>8}{'most':>8}{'first':>8}\n")
    for step in STEPS:
        times = watch.seconds[step]
        sys.stdout.write(f"{step:28}{fmean(times):8.2f}{max(times):8.2f}{first.seconds[step][0]:8.2f}\n")
    whole = [sum(parts) for parts in zip(*watch.seconds.values(), strict=True)]
    start = sum(times[0] for times in first.seconds.values())
    sys.stdout.write(f"{'in all':28}{fmean(whole):8.2f}{max(whole):8.2f}{start:8.2f}\n")
    sys.stdout.write(f"{'processor time':28}{cpu_s:8.2f}\n")
    sys.stdout.write(
        f"resident at most: {peaks[0]:.0f} MB here, {peaks[1]:.0f} MB in Blender, {sum(peaks):.0f} MB together\n"
    )
    for what, found, goal in (("seconds a picture", fmean(whole), GOAL_S), ("MB together", sum(peaks), GOAL_MB)):
        sys.stdout.write(f"goal of at most {goal:.0f} {what}: {'met' if found <= goal else 'missed'}\n")


def cpu_seconds(blender: BlenderProcess) -> float:
    """Of this process and Blender's."""
    fields = Path(f"/proc/{blender.process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(process: int | str | None) -> float:
    """The greatest resident memory of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main()
