"""The first three stages: scenes of a concept, objects of a scene, sets of attributed objects.

In: a job.  Out: places, names, and the chosen set of a graph.
Graphs of a seed that share a stage send the same request, so it is answered, and paid, once.
"""

from collections.abc import Sequence

from agents.llm.answer_forms import NodeSet, NodeSets, Objects, Scenes
from agents.llm.object_choice import ChosenObjects, chosen_of
from agents.llm.planning_job import Job
from agents.llm.scene_offer import Place, offered_scenes, resolve_scene, scene_named_by
from agents.rejections import unmet_options
from agents.requirements import refuse_unshown
from schemas.events import SeedOptions
from schemas.llm.contract import Fault
from schemas.llm.prompts import PromptInput
from spatial.knowledge.category_names import category_name

SCENES = 3
"""Most scenes of one concept: few concepts have more that are typical."""

SETS = 4
"""Object sets in one call: a longer answer is cut off or repeats itself."""

LEAST_OBJECTS = 4
"""Least number of usable objects of a scene (more if a graph needs more)."""

MOST_ALIKE = 3
"""Most objects of one name in a set: enough to count, few enough to tell apart."""

FAULTS_SHOWN = 4


async def choose_scene(job: Job) -> Place:
    """The scene of a graph: the concept's scenes in turn, each for as many graphs as one call makes sets.

    With `one_request` the first scene of a concept that is itself one is that, without a question.
    """
    places: dict[str, Place] = {}
    meant = scene_named_by(job.seed.concept, job.tools.capabilities)
    if meant is not None:
        refuse_unshown(meant, job.tools.capabilities)
        itself = resolve_scene(meant, job.tools.capabilities)
        if job.tools.one_request and itself is not None and job.index < SETS:
            return itself

    def check(answer: Scenes) -> Fault | None:
        places.clear()
        for said in answer.scenes[:SCENES]:
            place = resolve_scene(said, job.tools.capabilities)
            if place is not None:
                places.setdefault(place.name, place)
        if meant is not None and meant not in places:
            return Fault(f"the concept is itself one of the scenes: give {meant!r} first")
        if places:
            return None
        said = ", ".join(answer.scenes[:FAULTS_SHOWN])
        return Fault(f"none of these can be painted: {said}", "concept", "unknown_concept", evidence={"said": said})

    offered = offered_scenes(job.tools.capabilities, job.seed.concept)
    given = {"concept": job.seed.concept, "how_many": SCENES, "may_use": list(offered)}
    await job.ask(PromptInput("scenes", given, job.seed_for("scenes"), {"scenes": offered}), Scenes, check)
    block = job.index // SETS
    return list(places.values())[block % len(places)]


async def propose_objects(job: Job, place: Place) -> tuple[str, ...]:
    """The objects of a scene, as categories without duplicates."""
    offered = place.names(job.needed, job.excluded)
    _refuse_impossible(job, place)
    found: dict[str, None] = {}

    def check(answer: Objects) -> Fault | None:
        found.clear()
        said = [category_name(name, place.home) for name in answer.objects]
        found.update(dict.fromkeys((*job.needed, *(n for n in said if _usable(n, offered, job.excluded)))))
        if len(found) >= max(LEAST_OBJECTS, job.seed.options.min_objects):
            return None
        unusable = [name for name in said if name not in found][:FAULTS_SHOWN]
        why = f"; not possible here: {', '.join(unusable)}" if unusable else ""
        return Fault(f"only {len(found)} usable objects{why}")

    given = {
        "scene": place.name,
        "context": job.seed.context,
        "may_use": list(offered),
        "required": list(job.needed),
        "excluded": list(job.excluded),
    }
    await job.ask(PromptInput("objects", given, job.seed_for("objects", place.name), {"objects": offered}), Objects, check)
    return tuple(found)


def _usable(name: str, offered: Sequence[str], excluded: Sequence[str]) -> bool:
    return bool(name) and len(name) <= 80 and name not in excluded and (not offered or name in offered)


def _refuse_impossible(job: Job, place: Place) -> None:
    both = [name for name in job.needed if name in job.excluded]
    if both:
        raise unmet_options(f"{both[0]} is asked for and excluded")
    if place.inventory is None:
        return
    unknown = [name for name in job.needed if name not in place.inventory.known]
    if unknown:
        raise unmet_options(f"{unknown[0]} is not known, or {job.tools.capabilities.renderer} cannot draw it")
    if place.kind is not None and set(place.kind.elements) & set(job.excluded):
        raise unmet_options(f"the scene {place.name} itself shows what is excluded")


async def choose_objects(job: Job, place: Place, objects: tuple[str, ...]) -> ChosenObjects:
    """The objects of this graph: one of the sets that one call makes."""
    good: list[NodeSet] = []

    def check(answer: NodeSets) -> Fault | None:
        good.clear()
        faults = []
        for number, nodes in enumerate(answer.sets):
            why = _set_fault(job, place, objects, [category_name(node.name, place.home) for node in nodes.objects])
            if why is None:
                good.append(nodes)
            else:
                faults.append(f"set {number}: {why}")
        return None if good else Fault("no set can be used: " + "; ".join(faults[:FAULTS_SHOWN]))

    block = job.index // SETS
    prompt_input = PromptInput(
        "nodes", _nodes_given(job, place, objects, block), job.seed_for("nodes", block), {"name": objects}
    )
    await job.ask(prompt_input, NodeSets, check)
    return chosen_of(job, place, objects, good[job.index % SETS % len(good)])


def _nodes_given(job: Job, place: Place, objects: tuple[str, ...], block: int) -> dict[str, object]:
    options: SeedOptions = job.seed.options
    return {
        "scene": place.name,
        "objects": [_offered(place, name, objects) for name in objects],
        "sets": SETS,
        "fewest": options.min_objects,
        "most": options.max_objects,
        "required": [name for name in job.needed for _ in range(job.copies(name))],
        "excluded": list(job.excluded),
        "variation": block,
    }


def _offered(place: Place, name: str, objects: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {"name": name}
    needs, words = place.needs(name, objects), place.words(name)
    if needs is not None:
        found["needs"] = list(needs)
    if words:
        found["may_be"] = {family: list(of_family) for family, of_family in words.items()}
    elif words is not None:
        found["described"] = False
    return found


def _set_fault(job: Job, place: Place, objects: tuple[str, ...], names: list[str]) -> str | None:
    """The fault of a set, None if it can be used."""
    options = job.seed.options
    if not options.min_objects <= len(names) <= options.max_objects:
        return f"it has {len(names)} objects, not {options.min_objects} to {options.max_objects}"
    foreign = [name for name in names if name not in objects]
    if foreign:
        return f"{foreign[0]!r} is not in the list of objects"
    crowd = [name for name in names if names.count(name) > MOST_ALIKE]
    if crowd:
        return f"{crowd[0]} comes {names.count(crowd[0])} times, at most {MOST_ALIKE} are allowed"
    missing = [name for name in job.needed if names.count(name) < job.copies(name)]
    if missing:
        return f"{missing[0]} is required and missing"
    return _uncarried(place, names) or place.clash(names)


def _uncarried(place: Place, names: list[str]) -> str | None:
    """The fault of a set with an object that needs a carrier and has none."""
    for name in names:
        needs = place.needs(name, [other for other in names if other != name])
        if needs == ():
            return f"nothing in it carries the {name}"
    return None
