"""Parses sentences with marked nouns.

In: a text from `lexicon.mark_nouns`.  Out: a `Form`: what is asked, about which references, with which words; None for
an unknown sentence.
Judges nothing and knows no scene.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from spatial.verify.lexicon import word_table

RELATIONS = {
    "to the left of": "left_of",
    "to the right of": "right_of",
    "above": "above",
    "below": "below",
    "in front of": "in_front_of",
    "behind": "behind",
    "on": "on",
    "inside": "inside",
    "under": "under",
}
OF_THINGS = {**RELATIONS, "closest to": "nearest"}
"""Relations by which a reference finds its thing."""

COMPARED = {
    "further to the left": "left_of",
    "further to the right": "right_of",
    "higher up": "above",
    "lower down": "below",
    "closer to": "in_front_of",
    "farther from": "behind",
}
ENDS = {
    "furthest to the left": "leftmost",
    "furthest to the right": "rightmost",
    "highest up": "highest",
    "lowest down": "lowest",
}
COURSES = {
    "left to right": "left_of",
    "right to left": "right_of",
    "top to bottom": "above",
    "bottom to top": "below",
}
AREAS = {
    "top left corner": ("low", "low"),
    "upper third": (None, "low"),
    "top right corner": ("high", "low"),
    "left third": ("low", None),
    "centre": ("mid", "mid"),
    "right third": ("high", None),
    "bottom left corner": ("low", "high"),
    "lower third": (None, "high"),
    "bottom right corner": ("high", "high"),
}
"""Which third of the width, and which of the height, counted from the top left corner."""

_NP = r"(?:(?:an? )?@\d+)"
_REF = r"the .+?"


def _one_of(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_SLOTS = {
    "BE": "(?:is|are)",
    "DO": "(?:does|do)",
    "A": f"(?P<a>{_NP})",
    "B": f"(?P<b>{_NP})",
    "N": r"@(?P<n>\d+)",
    "M": r"@(?P<m>\d+)",
    "X": f"(?P<x>{_REF})",
    "Y": f"(?P<y>{_REF})",
    "Z": f"(?P<z>{_REF})",
    "LIST": f"(?P<list>{_REF})",
    "IN": "(?:in the picture , )?",
    "PIC": "the picture",
    "HERE": "(?: in the picture)?",
    "WHOSE": "(?: for the viewer)?",
    "VIEWER": "(?:for the viewer , )?",
    "THERE": "(?:are there|can you see)",
    "SIDE": "(?P<rel>to the left of|to the right of|above|below)",
    "DEPTH": "(?P<rel>in front of|behind)",
    "ANY": f"(?P<rel>{_one_of(RELATIONS)})",
    "FURTHER": "(?P<cmp>further to the left|further to the right|higher up|lower down)",
    "REACH": "(?P<cmp>closer to|farther from)",
    "END": f"(?P<end>{_one_of(ENDS)})",
    "COURSE": f"(?P<course>{_one_of(COURSES)})",
    "ROW": "(?P<course>left to right|right to left)",
    "AREA": f"(?P<area>{_one_of(AREAS)})",
    "FAMILY": "(?P<family>colour|material|pattern|state|orientation)",
    "THING": "(?:which object|which thing|what)",
    "SEE": "can you see",
    "SAY": "is it true that",
    "TELL": "(?:tell me|name|give|say)",
    "LIES": "(?:is|is there|appears|lies|sits|stands|can be seen|can be found|can you see)",
    "ABOUT": "(?:roughly|about|approximately)",
    "LIE": "(?:appear|lie|sit|stand)",
    "ASSUME": "(?:imagine|suppose|say) that",
    "YOURS": "(?:on your left or on|to your left or to) your right",
    "HAND": "(?P<hand>left|right)",
    "WIDTH": r"(?P<width>\d{2,3}) cm",
    "ITEM": r"(?:something|an? (?:@\d+|[a-z]+(?: [a-z]+)?))",
    "DIRECTLY": "(?:directly )?",
    "REALLY": "in (?:reality|real life|the real world)",
    "SHOWN": "(?:visible|shown|present|depicted|displayed)",
    "WRONG": "(?:wrong|false|not true)",
    "BOX": r"the bounding-box (?P<box>\[ \d{1,5}(?: , \d{1,5}){3} \])",
    "PIXELBOX": r"as \[ x , y , width , height \] in pixels",
    "PIXELPOINT": r"as \[ x , y \] in pixels",
    "GIVEN": " , given as x , y , width and height in pixels",
    "NAMED": r"the (?:~(?P<hue>\S+) )?@(?P<w>\d+)",
    "MOVE": "(?:move|moved|go|shift|step|taken)",
    "SIDEWAYS": "to the left or to the right",
    "ALONG": "forward or backward",
    "WHICHNEW": "which (?:of these|thing|object)",
    "WHICHBOX": "which(?: of these)? bounding-box(?:es)?",
    "TOLD": "(?:if the picture tells|if the picture shows it|if the picture lets one tell"
    "|as far as the picture tells|provided that the picture tells)",
}

_SENTENCES = (
    ("seen_unseen", "IN_can you see A but not B_HERE ?"),
    ("seen_unseen", "does PIC (?:show|contain|include) A but not B ?"),
    ("seen", "IN_BE there (?:A|any N)_HERE ?"),
    ("seen", "IN_can you see A_HERE ?"),
    ("seen", "does PIC (?:show|contain|include) A ?"),
    ("seen", "DO A appear in PIC ?"),
    ("count", "IN_how many N (?:are there|can you see|can be seen|are visible)_HERE ?"),
    ("count", "how many N are in PIC ?"),
    ("count", "what is the number of N in PIC ?"),
    ("count", "count the N_HERE : how many are there ?"),
    ("count_side", "IN_how many N (?:are|can you see|can be seen) SIDE X_HERE ?"),
    ("count_side", "what is the number of N SIDE X_HERE ?"),
    ("count_side", "count the N SIDE X_HERE : how many are there ?"),
    ("value", "IN_(?:what|in which) FAMILY BE X(?: shown)?HERE ?"),
    ("value", "IN_which FAMILY DO X have_HERE ?"),
    ("value", "IN_(?:what is|how would you describe) the FAMILY of X_HERE ?"),
    ("turned", "IN_(?:how|which way) BE X turned_HERE ?"),
    ("turned", "which words describe how X BE turned_HERE ?"),
    ("area", "IN_BE X in (?:the|its) AREA(?: of PIC)? ?"),
    ("area", "DO X appear in the AREA of PIC ?"),
    ("area", "can X be (?:found|seen) in the AREA of PIC ?"),
    ("area", "can you see X in the AREA of PIC ?"),
    ("depth", "IN_BE X REACH the viewer than Y BE_HERE ?"),
    ("depth", "SAY X BE REACH the viewer than Y BE_HERE ?"),
    ("depth", "(?:in the scene , )?VIEWER_BE X DEPTH Y_WHOSE ?"),
    ("closer", "in PIC , BE X closer to Y than Z BE ?"),
    ("closer", "in PIC , SAY X BE closer to Y than Z BE ?"),
    ("closer", "in PIC , is the gap to Y smaller from X than from Z ?"),
    ("closer", "is the gap to Y smaller from X than from Z in PIC ?"),
    ("direction", "IN_BE X SIDE Y_HERE ?"),
    ("direction", "IN_BE X FURTHER than Y_HERE ?"),
    ("direction", "can X be seen SIDE Y_HERE ?"),
    ("known_side", "IN_VIEWER_(?:on|to) which side of Y BE NAMED , TOLD ?"),
    ("known_next", "VIEWER_THING comes next ANY X , TOLD ?"),
    ("side", "IN_VIEWER_(?:on|to) which side of Y BE X_HERE ?"),
    ("side", "IN_which side of Y BE X on_HERE ?"),
    ("bearing", "IN_where BE X in relation to Y_HERE ?"),
    ("bearing", "how BE X placed in relation to Y_HERE ?"),
    ("bearing", "IN_in which direction from Y BE X ?"),
    ("bearing", "which words describe where X BE_HERE , starting from Y ?"),
    ("order", "going from COURSE_HERE , do X , Y and Z come in this order ?"),
    ("order", "from COURSE_HERE , is the order X , Y , Z ?"),
    ("order", "reading PIC from COURSE , do you meet X , then Y , then Z ?"),
    ("order", "IN_do X , Y and Z (?:come|follow each other) in this order from COURSE_HERE ?"),
    ("how_many_of", "IN_how many of these (?:are|can be seen) SIDE X_HERE : LIST ?"),
    ("how_many_of", "IN_what is the number of these SIDE X : LIST ?"),
    ("how_many_of", "count those SIDE X_HERE among these : LIST ."),
    ("odd", "IN_which (?:of these|one) is not SIDE X_HERE : LIST ?"),
    ("odd", "all but one are SIDE X_HERE . which one is not : LIST ?"),
    ("more_sides", "IN_THERE more N to the left of X than to the right of it_HERE ?"),
    ("more_sides_right", "IN_THERE more N to the right of X than to the left of it_HERE ?"),
    ("more_on", "IN_THERE more N on X than on Y_HERE ?"),
    ("more_inside", "IN_THERE more N inside X than inside Y_HERE ?"),
    ("more", "IN_THERE more N than M_HERE ?"),
    ("larger", "IN_DO X look larger than Y_HERE ?"),
    ("larger", "IN_DO X take up more room than Y_HERE ?"),
    ("larger", "DO X cover more of PIC than Y DO ?"),
    ("describe", "(?:describe|say what you see in) PIC , and mention X ."),
    ("describe", "what (?:can be seen|can you see)_HERE \\? mention X too ."),
    ("describe", "(?:tell|say) in a few sentences what PIC shows , X included ."),
    ("wrong_sentence", "(?:which one|which sentence) of these about PIC with X in it is (?:wrong|false|not true) ?"),
    ("wrong_sentence", "one of these sentences about PIC with X in it is (?:wrong|false|not true) : which one ?"),
    ("row_order", "IN_in which order do X , Y and Z come from ROW_HERE ?"),
    ("row_order", "going from ROW_HERE , in which order do you meet X , Y and Z ?"),
    ("row_order", "IN_what is the order of X , Y and Z from ROW_HERE ?"),
    ("row_order", "name X , Y and Z in their order from ROW_HERE ."),
    ("where_box", r"where BE X_HERE \? answer with a bounding-box PIXELBOX ."),
    ("where_box", "give the bounding-box of X_HERE PIXELBOX ."),
    ("where_box", "IN_what is the bounding-box of X_HERE , PIXELBOX ?"),
    ("where_box", "locate X_HERE : answer with a bounding-box PIXELBOX ."),
    ("where_point", r"where BE X_HERE \? answer with a point PIXELPOINT ."),
    ("where_point", "point at X_HERE : answer with a point PIXELPOINT ."),
    ("where_point", "IN_which point_HERE lies on X , PIXELPOINT ?"),
    ("where_point", "give a point on X_HERE PIXELPOINT ."),
    ("content", "IN_THING is in BOX_HERE_GIVEN ?"),
    ("content", "name the (?:object|thing) in BOX_HERE_GIVEN ."),
    ("box_side", "IN_VIEWER_(?:on|to) which side of Y_HERE is the (?:object|thing) in BOX_GIVEN ?"),
    ("nearest_camera", "IN_which (?:of these|one) is (?:nearest|closest) to the camera_HERE : LIST ?"),
    ("known_far", "IN_how far BE NAMED from Y , in metres , from centre to centre , TOLD ?"),
    ("known_far", "IN_how many metres are there between the centres of NAMED and Y , TOLD ?"),
    ("how_far", "IN_how far BE X from Y , in metres , from centre to centre ?"),
    ("how_far", "IN_how far apart are the centres of X and Y_HERE , in metres ?"),
    ("how_far", "how many metres are there between the (?:centres|middles) of X and Y_HERE ?"),
    ("taller", "REALLY , which(?: of (?:these|the) two)? is taller : X or Y ?"),
    ("taller", "which(?: of (?:these|the) two)? (?:is|would be|stands) taller REALLY : X or Y ?"),
    ("taller", "which has the greater real height : X or Y ?"),
    ("taller", "measured in metres , which is taller : X or Y ?"),
    ("own_side", "if you were X_HERE , would Y be YOURS ?"),
    ("own_side", "ASSUME you are X_HERE : BE Y on your left or on your right ?"),
    ("faces", "IN_BE X facing Y_HERE ?"),
    ("faces", "IN_DO X face Y ?"),
    ("faces", "IN_is the front of X turned towards Y_HERE ?"),
    ("falls_with", "IN_which of these would fall if X were (?:taken away|removed)_HERE : LIST ?"),
    ("falls_with", "if X were (?:taken away|removed) , which of these would fall : LIST ?"),
    ("supported_by", "IN_which of these supports X_HERE : LIST ?"),
    ("supported_by", "IN_by which of these is the weight of X carried : LIST ?"),
    ("viewed_side", "IN_if you stood at X_HERE and looked towards Y , would Z be YOURS ?"),
    ("viewed_side", "ASSUME you (?:stand|are standing) at X_HERE and look towards Y : BE Z YOURS ?"),
    ("fits_between", "IN_would ITEM WIDTH wide fit between X and Y_HERE ?"),
    ("fits_between", "could ITEM WIDTH wide (?:stand|be put|drive|pass) between X and Y_HERE ?"),
    ("fits_between", "would the gap between X and Y take ITEM WIDTH wide_HERE ?"),
    ("fits_left", "IN_is there (?:enough )?(?:room|space) for ITEM WIDTH wide DIRECTLY_to the left of X_HERE ?"),
    ("fits_left", "IN_would ITEM WIDTH wide fit DIRECTLY_to the left of X_HERE ?"),
    ("fits_left", "could ITEM WIDTH wide (?:stand|be put) DIRECTLY_to the left of X_HERE ?"),
    ("fits_right", "IN_is there (?:enough )?(?:room|space) for ITEM WIDTH wide DIRECTLY_to the right of X_HERE ?"),
    ("fits_right", "IN_would ITEM WIDTH wide fit DIRECTLY_to the right of X_HERE ?"),
    ("fits_right", "could ITEM WIDTH wide (?:stand|be put) DIRECTLY_to the right of X_HERE ?"),
    ("passes", "(?:walking|going) straight from X to Y_HERE , which of these would you pass on your HAND : LIST ?"),
    ("passes", "IN_which of these would you pass on your HAND , (?:walking|going) straight from X to Y : LIST ?"),
    ("passes", "which of these would you pass on your HAND if you walked straight from X to Y_HERE : LIST ?"),
    ("passes", "if you walked straight from X to Y_HERE , which of these would you pass on your HAND : LIST ?"),
    (
        "floor_area",
        "IN_ABOUT how many square metres of floor does the room with X have between the camera and the far wall_HERE ?",
    ),
    (
        "floor_area",
        "IN_ABOUT how many square metres of floor are there from the camera to the far wall , in the room with X ?",
    ),
    ("hides", "IN_which of these (?:hides part of|partly hides|is partly in front of) X_HERE : LIST ?"),
    ("hides", "IN_behind which of these is part of X hidden_HERE : LIST ?"),
    ("half_seen", "IN_can less than half of X be seen_HERE ?"),
    ("half_seen", "IN_is less than half of X visible_HERE ?"),
    ("half_seen", "IN_is more than half of X hidden_HERE ?"),
    ("moved_sideways", "(?:from|between) the first picture of X (?:to|and) the second , did the camera MOVE SIDEWAYS ?"),
    ("moved_sideways", "did the camera MOVE SIDEWAYS (?:from|between) the first picture of X (?:to|and) the second ?"),
    ("moved_along", "(?:from|between) the first picture of X (?:to|and) the second , did the camera MOVE ALONG ?"),
    ("moved_along", "(?:did|was) the camera MOVE ALONG (?:from|between) the first picture of X (?:to|and) the second ?"),
    ("moved_along", "ALONG : which way did the camera MOVE from the first picture of X to the second ?"),
    ("only_second", "WHICHNEW is (?:visible|shown|seen) in the second picture of X but not in the first ?"),
    ("only_second", "WHICHNEW can be seen only in the second picture of X ?"),
    ("same_box", "WHICHBOX in the second picture (?:shows|encloses|is that of) X of the first_GIVEN ?"),
    ("same_box", "in the second picture , WHICHBOX (?:shows|encloses|is that of) X of the first_GIVEN ?"),
    ("same_box", "find X of the first picture again : WHICHBOX in the second (?:shows|encloses) the same thing_GIVEN ?"),
    ("between", "IN_THING is between X and Y_HERE ?"),
    ("between", "THING can you see between X and Y_HERE ?"),
    ("between", "name the (?:object|thing) that is between X and Y_HERE ."),
    ("is_between", "IN_BE X between Y and Z_HERE ?"),
    ("is_between", "can X be (?:seen|found) between Y and Z_HERE ?"),
    ("is_between", "IN_can you see X between Y and Z_HERE ?"),
    ("is_between", "SAY X BE between Y and Z_HERE ?"),
    ("end", "THING is END in PIC ?"),
    ("end", "which (?:object|thing) in PIC is END ?"),
    ("end", "name the (?:object|thing) that is END in PIC ."),
    ("nearest", "IN_THING is (?:closest|nearest) to X_HERE ?"),
    ("find", "IN_THING is ANY X_HERE ?"),
    ("find", "THING can you see ANY X_HERE ?"),
    ("find", "name the (?:object|thing) that is ANY X_HERE ."),
)
"""Less usual ways to ask the same are data beside this module (`paraphrases.json`)."""


@dataclass(frozen=True)
class Words:
    """A reference: a noun's number (None for "the thing"), and what narrows it."""

    noun: int | None
    colour: str | None = None
    end: str | None = None
    relation: str | None = None
    base: "Words | None" = None


@dataclass(frozen=True)
class Form:
    """A parsed sentence. `ask` names the question, `nouns` are numbers of bare nouns, `refs` the references x, y, z."""

    ask: str
    nouns: tuple[int, ...] = ()
    refs: tuple[Words, ...] = ()
    word: str = ""


_SLOT_NAMES = re.compile("|".join(rf"(?<![A-Z]){name}(?![A-Z])" for name in sorted(_SLOTS, key=len, reverse=True)))


def pattern_of(text: str) -> re.Pattern[str]:
    """The pattern of a sentence with slots."""
    ended = re.sub(r" ([?.])$", r" \\\1", text)
    return re.compile(_SLOT_NAMES.sub(lambda match: _SLOTS[match.group(0)], ended).replace("_", ""))


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    others = ((ask, text) for ask, texts in word_table("paraphrases.json").items() for text in texts)
    return tuple((ask, pattern_of(text)) for ask, text in (*_SENTENCES, *others))


_FRAME = re.compile(r"^in the picture , (.+) ([?.])$|^(.+) in the picture ([?.])$")
"""A sentence with the words for the picture at its beginning or its end."""


def parse_sentence(text: str) -> Form | None:
    """The form of a marked sentence, None if no pattern matches, wherever it names the picture."""
    found = _form_as_it_stands(text)
    if found is not None:
        return found
    others = (_form_as_it_stands(other) for other in _framed_otherwise(text))
    return next((form for form in others if form is not None), None)


def _framed_otherwise(text: str) -> Iterator[str]:
    """The sentence with "in the picture" at its other end, then without it."""
    match = _FRAME.fullmatch(text)
    if match is not None:
        at_end, mark, at_start, other_mark = match.groups()
        yield f"{at_end} in the picture {mark}" if at_end else f"in the picture , {at_start} {other_mark}"
        yield f"{at_end or at_start} {mark or other_mark}"


def _form_as_it_stands(text: str) -> Form | None:
    for ask, pattern in _patterns():
        match = pattern.fullmatch(text)
        form = form_of(ask, match.groupdict()) if match else None
        if form is not None:
            return form
    return None


def form_of(ask: str, slots: dict[str, str]) -> Form | None:
    """The form of a sentence with these words in its slots; None where one of them is no reference."""
    refs = [parse_reference(slots[name]) for name in "xyz" if slots.get(name)]
    refs += [parse_reference(part) for part in _COMMAS.split(slots["list"])] if slots.get("list") else []
    known = [ref for ref in refs if ref is not None]
    nouns = [int(slots[name].rpartition("@")[2]) for name in "abnmw" if slots.get(name)]
    word = next((slots[name] for name in _WORDS if slots.get(name)), "")
    return Form(ask, tuple(nouns), tuple(known), word) if len(known) == len(refs) else None


_WORDS = ("rel", "cmp", "end", "course", "area", "family", "box", "hue", "width", "hand")
"""Slots of which a sentence has one at most."""

_COMMAS = re.compile(r" (?:,|and|or) ")
"""What stands between the things of a list."""

_SIMPLE = re.compile(r"the (?:~(\S+) |(leftmost|rightmost|highest|lowest) )?@(\d+)")
_OUTERMOST = re.compile(r"the (leftmost|rightmost|highest|lowest) (?:thing|object)")
_NESTED = re.compile(rf"the (?:thing|object|@(\d+)) ({_one_of(OF_THINGS)}) (the .+)")


def parse_reference(text: str) -> Words | None:
    """The reference in a marked text that begins with `the`."""
    simple = _SIMPLE.fullmatch(text)
    if simple:
        colour, end, noun = simple.groups()
        return Words(int(noun), colour.replace("_", " ") if colour else None, end)
    outermost = _OUTERMOST.fullmatch(text)
    if outermost:
        return Words(None, None, outermost.group(1))
    nested = _NESTED.fullmatch(text)
    base = parse_reference(nested.group(3)) if nested else None
    if nested is None or base is None:
        return None
    noun = nested.group(1)
    return Words(int(noun) if noun else None, None, None, OF_THINGS[nested.group(2)], base)
