"""The words of concepts that are no names: negations, light, season and weather, words without content.

In: a concept's words, lower case.  Out: conditions as phrases of a prompt.
"""

from collections.abc import Container, Sequence

LINKS = ("and", "at", "behind", "beside", "by", "in", "near", "on", "under", "with")
"""Words that no noun begins with: `snow` before one is no part of a name, as in `snow shovel`."""

SIZES = frozenset(
    [
        "big",
        "small",
        "little",
        "large",
        "tiny",
        "huge",
        "old",
        "new",
        "young",
        "of",
        "giant",
        "gigantic",
        "enormous",
        "massive",
        "miniature",
    ]
)
"""Words before a noun that are ignored, because nothing measures them; `of` as in `a couple of cups`."""

SPELLINGS = {"grey": "gray", "colorful": "colourful"}
"""Words that are written otherwise in the knowledge base."""

PEOPLE = (
    "teenager", "grandmother", "grandfather", "grandma", "grandpa", "mother", "father", "mum", "mom", "dad", "brother",
    "sister", "friend", "neighbour", "neighbor", "tourist", "traveller", "passenger", "customer", "shopper", "visitor",
    "somebody", "someone",
)  # fmt: skip
"""Words for people that say nothing of how they look."""

ALSO_NAMED: dict[str, tuple[str, ...]] = {
    "ball": ("sphere",), "paper": ("sheet of paper",), "map": ("world map",),
    "doll": ("nesting doll",), "pepper": ("bell pepper",), "wheel": ("wooden wheel",), "racket": ("tennis racket",),
    "rope": ("knotted rope",), "cup": ("mug",), "truck": ("pickup truck",), "hat": ("cap",),
    "fruit bowl": ("bowl",), "salad bowl": ("bowl",), "soup bowl": ("bowl",), "mixing bowl": ("bowl",),
    "fruit basket": ("basket",), "picnic basket": ("basket",), "shopping basket": ("basket",),
    "glass of wine": ("wine glass",), "glass of beer": ("beer mug",), "glass of juice": ("tumbler",),
    "stuffed animal": ("teddy bear",), "soft toy": ("teddy bear",), "cuddly toy": ("teddy bear",),
    "present": ("gift box",), "kid": ("person",),
    **dict.fromkeys(PEOPLE, ("person",)),
    "bottle of wine": ("bottle",), "bottle of water": ("bottle",), "bottle of beer": ("bottle",),
}  # fmt: skip
"""Words of everyday language beside those of the knowledge base, with categories that they may mean, after its own."""

MEANT: dict[str, tuple[str, ...]] = {
    "football": ("soccer ball",), "american football": ("football",), "ball": ("soccer ball", "sphere"),
}  # fmt: skip
"""Words that most of the world means otherwise than the knowledge base."""

COLOURED = {
    colour: tuple(names.split(", "))
    for colour, names in {
        "brown": "horse, monkey, deer, bison, goat, camel, squirrel, beaver, hedgehog, owl, kangaroo, potato, cookie, "
        "basket, log, mammoth, turkey, bat, otter, eagle, ox, snail, cockroach, loaf of bread, doughnut, "
        "cardboard box, violin, football, peanut, amphora, hut, feather, conga drum",
        "black": "gorilla, crow, ant, spider, camera, rhinoceros, water buffalo, rat, skunk, badger, film camera, "
        "mobile phone, frying pan, top hat, graduation cap, skateboard",
        "red": "crab, lobster, strawberry, tomato, rose, shrimp, pair of cherries, boxing glove, fire engine, fire "
        "extinguisher, leather boot, box of fries",
        "green": "turtle, snake, lizard, dragon, cucumber, tree, cactus, grasshopper, pine tree, christmas tree, "
        "tyrannosaurus, brontosaurus, head of broccoli, head of lettuce, pea pod, olive, caterpillar, bundle "
        "of banknotes",
        "blue": "whale, dolphin, fish, pair of jeans, anchor, globe",
        "pink": "pig, flamingo, tulip, squid, worm, blouse",
        "gray": "elephant, mouse, dove, shark, rock, seal, castle, headstone, wrench, satellite dish",
        "white": "sheep, swan, snowman, toilet, bathtub, rabbit, dove, seal, poodle, lab coat, sheet of paper, "
        "newspaper, glass of milk, computer mouse, keyboard, cloud, ram, envelope, roll of toilet paper",
        "yellow": "lemon, banana, taxi, chick, leopard, sun, crescent moon, wedge of cheese, trumpet, saxophone, bell, "
        "coin, key, pineapple, mango, sunflower, crane",
        "orange": "orange, carrot, leopard",
        "purple": "eggplant, bunch of grapes, hyacinth, bunch of blueberries",
    }.items()
}
"""Colours of things that have no other one in the sprites: a red rose asks for nothing but a rose."""

UNKNOWN_LOOKS = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "turquoise beige maroon navy violet magenta cyan teal scarlet crimson lilac olive-green khaki silver gold "
        "bronze copper iron steel tin concrete brick denim cotton silk wool rainbow-coloured transparent invisible "
        "translucent polka-dot tartan checkered plaid"
    ).split()
)
"""Colours, materials and patterns that nothing has."""

HOMONYMS = {"mouse": ("computer mouse", ("keyboard", "computer", "laptop", "printer"))}
"""Words for another thing beside certain ones: a mouse and a keyboard are those of a computer."""

PHRASES = {
    r"\b(?:an?|the)((?: \w+)?) couple(?= (?!of\b))": r"two\1 people",
    r"\bon (the|a|his|her|their) (phone|telephone)\b": r"with \1 \2",
    r"\b(cook\w*|bak\w*|fry\w*) on (?=(?:a|the) stove\b)": r"\1 at ",
    r"\bin (a|the) club\b": r"in \1 night club",
    r"\boutside(?: of)?(?= (?:a|an|the)\b)": "in front of",
    r"\b(hangs?|is|are|was) a (?:picture|photo|photograph)\b": r"\1 a framed picture",
    r"\bw/o\b": "without", r"\bw/": "with ", r"(?<=\s)&(?=\s)": "and", r"\bside by side\b": "next to each other",
    r"\b(?:picture|photo|photograph)(?=s? (?:hanging |hung )?on (?:a|the) walls?\b)": "framed picture",
    r"(?<!of the )(?<!in the )\b(?:picture|photo|photograph)(?=s? (?:that )?(?:is |are |hangs? )?(?:hanging |hung )?"
    r"(?:above|over|below|under|beside|next to|behind)\b)": "framed picture",
}  # fmt: skip
"""Regular expressions of words that are read as others."""

PERSONS = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "astronaut baker barber bookseller bride butcher chemist cobbler cook doctor firefighters florist ghost golfer "
        "hairdresser handyman jeweler jeweller knights mechanic painter potter prisoner surgeon tailor vet veterinarian "
        "winegrower acrobats scouts dentist clown"
    ).split()
)
"""Words for people that name a scene by themselves; beside anything else somebody is meant who is not known."""

NO_PLACES = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "soup wine meat sausages medicine treasure preserves parcels mail film movies servers souvenirs stationery "
        "cosmetics makeup make-up sweets swings throne altar hens livestock snack takeaway lava spacecraft starship "
        "podcast wheat"
    ).split()
)
"""Words for things that name a scene by themselves; beside anything else they are to be seen, not the scene alone."""

_VERBS = (
    "sit stand lie lay lean sleep rest wait nap doze crouch kneel perch squat hang float hover stay live hide relax "
    "read play work walk run jump hop leap fly swim dive climb crawl roll slide dance sing laugh smile cry shout talk "
    "chat think pray watch look stare gaze point wave ride drive carry chase follow hunt hold grab catch throw toss "
    "kick hit push pull drag lift eat drink chew lick bite feed cook bake fry boil cut chop slice pour stir wash "
    "clean sweep dry iron paint draw write type sew knit build fix repair dig plant water mow rake pick harvest milk "
    "shear buy sell pay shop open close wear dress hug kiss pet stroke love like want need fight attack defend "
    "protect guard shoot stab kill rescue save steal give take bring send receive show wrap unwrap meet greet visit "
    "leave enter exit cross pass turn spin swing bounce balance juggle ski skate surf sail row paddle fish camp hike "
    "travel park land cruise race jog train exercise wrestle bark meow moo roar howl growl sniff smell taste "
    "listen touch scratch graze peck nest hatch lay burn melt grow bloom shine glow fall drop break tear explode "
    "crash sink drown escape study teach learn count measure weigh photograph film record phone call use operate "
    "examine inspect help tie light blow fill spill stack load unload pack hand"
)
_PAST = (
    "sat stood lay lain slept hung hid hidden ran flew swam ridden rode drove held caught threw ate drank bit fed cut "
    "wrote sewn built dug bought sold paid wore fought shot stole gave took brought sent met left sunk grew fell "
    "broke tore taught"
)


def _forms(verb: str) -> tuple[str, ...]:
    """A verb with its regular endings, as in `ride, rides, riding, rided, ridding`: one too many harms nobody."""
    stem = verb.removesuffix("e") if verb.endswith("e") and not verb.endswith("ee") else verb
    past = f"{verb[:-1]}ied" if verb.endswith("y") else f"{stem}ed"
    third = f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeo" else f"{verb}s"
    doubled = f"{stem}{stem[-1]}"
    lying = "lying" if verb == "lie" else "tying" if verb == "tie" else f"{stem}ing"
    return verb, third, f"{verb}es", lying, past, f"{stem}ed", f"{doubled}ing", f"{doubled}ed"


VERBS = frozenset(form for verb in _VERBS.split() for form in _forms(verb)) | frozenset(_PAST.split())
"""Words that say what a thing does, where they follow it; some are names of things elsewhere."""

_STAYING = ("sit", "lie", "sleep", "nap", "doze", "kneel", "crouch", "squat", "rest", "wait")
POSTURES = frozenset(form for verb in _STAYING for form in _forms(verb)) | frozenset(["sat", "lay", "lain", "slept"])
"""Of these, how a thing is where it is: not drawn, whatever relation they begin."""

IDLE = frozenset("asleep awake alone quietly happily together still".split())  # noqa: SIM905
"""Words between a thing and what relates it that say how it is."""

RELATIVES = ("that", "which", "who")

AUXILIARIES = ("is", "are", "was", "were", "be", "being", "that", "which", "who", "has", "have", "been")

WITHOUT = "without"
UNLIKELY = {"hat": ("crown", "military helmet", "helmet", "graduation cap")}
"""Of kinds those that nobody means who names the kind."""

NO_NAMES = frozenset([("short",)])
"""Words that are no names by themselves, though their plurals are, as `shorts`."""

NONE = frozenset(["no", WITHOUT, "not", "zero", "0", "neither"])
"""Words that say the absence of the things after them."""

EMPTY = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "the this that these those some any other another each all both there here it its they them their is are "
        "was were be been being has have having without no and or nor either but of in on at by to from for into onto as "
        "than then very quite just also only while where which who whose picture photo photograph image drawing "
        "painting scene view place with room day time daytime showing shown seen visible standing "
        "parked placed located hanging against around i we you want need please draw show me give make "
        "create generate render close-up closeup my your our his her"
    ).split()
)
"""Words that ask for nothing that could be drawn."""

QUALITIES = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "lonely long short happy sad beautiful pretty ugly nice cute funny scary kawaii detailed realistic photorealistic "
        "cinematic highly extremely rusty dusty dirty broken cracked rotten fresh ripe raw hot cold warm cool wet dry soft "
        "hard heavy thin thick fat slim own same different similar identical matching lovely adorable angry hungry tired "
        "friendly wild modern antique vintage classic typical normal strange weird magical mysterious famous rich poor "
        "clean shiny bright dark sunny cosy cozy messy tidy 4k 8k hd uhd third fourth fifth last next half "
        "upside-down see sees seen says say"
    ).split()
)
"""Words that say how something is: never the name of a thing, and not meant for one that is written alike."""

INTANGIBLE = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "light lighting sunlight sunshine daylight sunrise dawn morning noon midday afternoon spring summer season "
        "weather atmosphere ambience mood ground row line queue circle air distance background foreground front back middle"
        " centre center side edge end bottom stack pile heap world ever else style color colour kind type sort etc sides"
    ).split()
)
"""Words that stand where things do, and are none: their loss is said, and no thing is missing."""

CONDITIONS = {
    "night": "at night", "midnight": "at night", "nighttime": "at night", "night-time": "at night", "nightfall": "at night",
    "nocturnal": "at night", "moonlit": "at night", "moonlight": "at night", "evening": "at dusk", "dusk": "at dusk",
    "twilight": "at dusk", "sunset": "at sunset", "darkness": "in the dark", "winter": "in winter", "wintry": "in winter",
    "snowy": "in snow", "snow-covered": "in snow", "snowing": "in snow", "snowfall": "in snow",
    "snowstorm": "in a storm", "blizzard": "in a storm",
    "autumn": "in autumn", "autumnal": "in autumn", "rainy": "in the rain", "rain": "in the rain", "raining": "in the rain",
    "rains": "in the rain", "snows": "in snow",
    "stormy": "in a storm", "storm": "in a storm", "thunderstorm": "in a storm", "foggy": "in fog", "fog": "in fog",
    "misty": "in fog", "mist": "in fog",
}  # fmt: skip
"""Words for light, season and weather, each with its phrase in a prompt. Dawn and noon are daylight."""

WINTRY = ("in winter", "in snow")
"""Conditions that a backdrop of snow already shows."""


def conditions_of(words: Sequence[str], ignored: Container[int]) -> tuple[str, ...]:
    """The conditions that the words say, without those at the ignored places."""
    said = [CONDITIONS[word] for place, word in enumerate(words) if word in CONDITIONS and place not in ignored]
    if tuple(words[-3:]) == ("in", "the", "dark"):
        said.append("in the dark")
    snow = [place for place, word in enumerate(words) if word == "snow" and place not in ignored]
    if any(words[place + 1 : place + 2] in ((), *((word,) for word in LINKS)) for place in snow):
        said.append("in snow")
    return tuple(dict.fromkeys(said))
