"""The names that say more than what is drawn for them, as `child` for a person: readings tell them.

In: a name, the category that is drawn for it.  Out: whether it is narrower, or another thing.
Names that say the same (`couch` for a sofa) are none of them.
"""

from spatial.knowledge.category_names import plural_of
from spatial.knowledge.scene_search import tokens

_NARROWER = (
    "man, woman, boy, girl, child, kid, adult, lady, guy, pedestrian",
    "kitty, kitten, puppy, hound, ape, doe, stag, fawn, heifer, piglet, lamb, ewe, hare, porcupine, wallaby, mallard, "
    "gander, raven, pigeon, seagull, tortoise, gecko, porpoise, sea lion, conch, bug, cricket, bull, hawk, gnat, mule",
    "vest top, knee boot, swimming trunks, mitten, jacket, trousers, pants, clutch bag, trainer, stiletto, "
    "high heel, tee, gold medal, gem, gemstone",
    "quill, capsule, document, bill, bugle, cash, letter, novel, textbook, hardback, carton, monitor, computer screen, "
    "landline, notebook computer, parchment",
    "loveseat, recliner, easy chair, footstool, sideboard, cupboard, armoire, freezer, oven, cooker, mat, carpet, "
    "drape, crib, basin, sink, hamper, photo frame, picture frame, painting, podium, booth",
    "honeydew, tangerine, mandarin, cheeseburger, casserole, ramen, noodle soup, pasta, biscuit, layer cake, muffin, "
    "shortcake, custard, flan, bonbon, gelato, sundae, goblet, tankard, soft drink, tablespoon, teaspoon, roast, yam, "
    "nigiri, doner kebab, naan, toastie, frankfurter, dish, pitcher, cooking pot, skillet, pumpkin, tin can, lunch box, "
    "lunchbox",
    "recorder, cornet, spaceship, space rocket, jet, airliner, gondola, yacht, kayak, paddle boat, freighter, "
    "sedan, hatchback, coach, minibus, minivan, moped, vespa, light aircraft, arena, japanese castle, "
    "off-roader, newsstand, cottage, cabin, shack, skyscraper, office block, boulder, stone, bonfire, sprout, sapling, "
    "conifer, fir tree, saguaro, toadstool, shrub, moai, stepladder, hatchet, handsaw, spade, tuk-tuk, jogger, yogi",
    "football, shampoo bottle, lotion bottle, cup of coffee, cup of tea, glass of whisky, jar of honey",
)


def narrower_names() -> frozenset[str]:
    """The names, in the singular."""
    return _NAMES


def is_narrower(name: str, category: str) -> bool:
    """Whether a name says more than the category's own, in which it ends, or is of those that do; `milk` for a glass of
    milk says no more."""
    words, general = tokens(name), tokens(category)
    ends_in_it = len(words) > len(general) and words[-len(general) :] == general
    return not set(words) <= set(general) and (ends_in_it or words in _WORDS)


_NAMES = frozenset(name for row in _NARROWER for name in row.split(", "))
_WORDS = frozenset(tokens(said) for name in _NAMES for said in (name, plural_of(name))) | {("children",)}
