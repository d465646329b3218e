"""Evaluation: words into choices, shares into intervals, runs that go on, baselines that see no picture."""

import asyncio
import json
import math
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.evaluation.answer_log import NAME, AnswerLog, run_of
from dataset.evaluation.baselines import TextOnly, always_left, random_choices
from dataset.evaluation.choice_reading import choice_of
from dataset.evaluation.eval_items import EncodedPicture, FileQuestions, Item, SplitQuestions, relation_of
from dataset.evaluation.eval_run import MAX_CONSECUTIVE_FAILURES, ask
from dataset.evaluation.eval_session import EvalRequest, open_session
from dataset.evaluation.prompting import prompt
from dataset.evaluation.question_roles import roles_of
from dataset.evaluation.reply_outcome import Fault, outcome_of
from dataset.evaluation.scores import band, score, wilson
from schemas.errors import PermanentError, RetryableError, UserError
from schemas.llm.contract import Reply
from tests.fakes.events import make_picture, make_qa, make_samples
from tests.fakes.gallery import store_samples

YES_NO = ("yes", "no")


class Knowing:
    """Implements `Answerer`: says what it is told to, and fails after so many answers."""

    name, at_once, max_tokens = "knowing", 4, 200

    def __init__(self, says: str | None = None, fails_after: int = 10**9, failure: Exception | None = None) -> None:
        self._says, self._fails_after = says, fails_after
        self._failure = failure or RetryableError("the model is away")
        self.asked: list[str] = []

    async def answer(self, item: Item, seen: EncodedPicture) -> Reply:
        assert seen.data.startswith(b"\x89PNG")
        await asyncio.sleep(0)
        if len(self.asked) >= self._fails_after:
            raise self._failure
        self.asked.append(item.id)
        return Reply(self._says or item.answer, "done", self.name, 100, 5, 0.1)


def item(number: int, answer: str = "yes", choices: tuple[str, ...] = YES_NO, question: str = "Is it?") -> Item:
    return Item(f"i{number}", question, choices, answer, "kind")


@pytest.mark.parametrize(
    ("said", "choices", "meant"),
    [
        ("A", YES_NO, 0),
        ("B.", YES_NO, 1),
        ("(b)", ("cat", "b"), 1),
        ("**B**", YES_NO, 1),
        ("B) no", YES_NO, 1),
        ("The answer is B", YES_NO, 1),
        ("Answer: A, because the cat is there.", YES_NO, 0),
        ('{"answer": "B"}', YES_NO, 1),
        ('```json\n{"answer": "no"}\n```', YES_NO, 1),
        ("Yes, it is.", YES_NO, 0),
        ("No, her eyes are closed.", YES_NO, 1),
        ("A cat is on the left", ("left", "right"), 0),
        ("2", ("1", "2", "3"), 1),
        ("the wall shelf", ("shelf", "wall shelf"), 1),
        ("yes or no", YES_NO, None),
        ("a", YES_NO, 0),
        ("(b)", YES_NO, 1),
        ("**B.** no", YES_NO, 1),
        ("B\nIt is not.", YES_NO, 1),
        (r"So it is $\boxed{B}$", YES_NO, 1),
        ("<think>A, I guess</think>\nB", YES_NO, 1),
        ("<answer>B</answer>", YES_NO, 1),
        ("The answer is (B) no", YES_NO, 1),
        ("Option B is right.", YES_NO, 1),
        ("Answer: A\nOn reflection that is wrong.\nAnswer: B", YES_NO, 1),
        ("The answer is A. No, the answer is B. Option A is wrong.", YES_NO, 1),
        ("Answer: AB", YES_NO, None),
        ("The answer is a dog.", ("cat", "dog"), 1),
        ("The answer is A dog.", ("cat", "dog"), 1),
        ("A, B", YES_NO, None),
        ("A and B", YES_NO, None),
        ("Option A or option B", YES_NO, None),
        ("The answer is A or B", YES_NO, None),
        ("A. no", YES_NO, None),
        ("It may be A or B.", YES_NO, None),
        ("C", YES_NO, None),
        ("B: no", YES_NO, 1),
        ("The answer is a yes", YES_NO, 0),
        ("A cat sits there", YES_NO, None),
        ("<think>It could be B, but", YES_NO, None),
        ("I see. </think>\n\nB", YES_NO, 1),
        ("", YES_NO, None),
        ("{broken", YES_NO, None),
        ("I cannot tell", YES_NO, None),
    ],
)
def test_words_mean_one_choice_or_none(said, choices, meant):
    assert choice_of(said, choices) == meant


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=5))
def test_no_words_are_beyond_reading(said, choices):
    found = choice_of(said, choices)
    assert found is None or 0 <= found < len(choices)


@pytest.mark.parametrize(
    ("said", "finish", "thoughts", "outcome"),
    [
        ('{"answer": "B"}', "cut", "", 1),
        ('```json\n{"answer": "B"}\n```', "cut", "", 1),
        ("B", "cut", "", "cut: cut at 200 tokens"),
        ("A cat is no", "cut", "", "cut: cut at 200 tokens"),
        ('The answer is {"answer": "B"}', "cut", "", "cut: cut at 200 tokens"),
        ("<think>It could be B. Answer: B", "cut", "", "cut: cut at 200 tokens while thinking"),
        ('<think>{"answer": "B"}', "cut", "", "cut: cut at 200 tokens while thinking"),
        ("", "cut", "Answer: B", "cut: cut at 200 tokens while thinking"),
        ("", "cut", '{"answer": "B"}', "cut: cut at 200 tokens while thinking"),
        ("", "cut", "", "cut: cut at 200 tokens"),
        ("{'answer': 'B',} // sure", "done", "", 1),
        ("{'answer': 'A'} or {'answer': 'B'}", "done", "", "unreadable: names no choice, or several"),
        ("<think></think>", "done", '{"answer": "B"}', 1),
        ('<think effort="high">It could be B. Answer: B', "done", "", "unreadable: thinking without an end"),
        ("\u200b", "done", "", "empty: no text"),
        ("", "done", "", "empty: no text"),
        ("", "done", "Answer: B", "empty: nothing but thinking"),
        ("", "done", '{"answer": "B"}', 1),
        ("<think>Answer: B</think>\n", "done", "", "empty: nothing but thinking"),
        ("<think>Answer: B", "done", "", "unreadable: thinking without an end"),
        ("perhaps", "done", "Answer: B", "unreadable: names no choice, or several"),
        ("B", "done", "Answer: A", 1),
        ("I cannot help with B", "refused", "", "refused: the model declined"),
    ],
)
def test_a_reply_has_an_answer_or_says_why_it_has_none(said, finish, thoughts, outcome):
    reply = Reply(said, finish, "model", 100, 0, 0.1, thoughts=thoughts)
    found = outcome_of(reply, item(1), 200)
    assert outcome == (found.choice if found.fault is None else f"{found.fault.kind}: {found.fault.cause}")


@pytest.mark.parametrize(
    "repeated", [",", " ", "(", "A,", "A or ", "answer ", "answer: (", "\\boxed{", "{", "'", "\n", "*."]
)
def test_replies_that_repeat_themselves_are_read_in_time(repeated):
    started = time.process_time()
    choice_of("A" + 20_000 * repeated, YES_NO)
    assert time.process_time() - started < 1


def test_a_prompt_letters_its_choices():
    text = prompt(item(1, choices=("left", "right")))
    assert "A. left\nB. right" in text


@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_share_and_stays_within_0_and_1(right, asked):
    found = wilson(min(right, asked), asked)
    assert 0 <= found["low"] <= found["accuracy"] + 1e-12
    assert found["accuracy"] - 1e-12 <= found["high"] <= 1


def test_the_interval_is_that_of_wilson():
    found = wilson(8, 10)
    assert math.isclose(found["low"], 0.4902, abs_tol=1e-4)
    assert math.isclose(found["high"], 0.9433, abs_tol=1e-4)
    assert wilson(0, 0) == {"asked": 0, "right": 0, "accuracy": 0.0, "low": 0.0, "high": 1.0}


def test_scores_are_told_by_kind_relation_hops_and_density():
    items = [Item("1", "q", YES_NO, "yes", "count", "left_of", 2, 4), Item("2", "q", YES_NO, "no", "count", None, None, 11)]
    found = score(items, {"1": 0, "2": None})
    assert (found["all"]["right"], found["all"]["asked"]) == (1, 2)
    assert found["kind"]["count"]["accuracy"] == 0.5
    assert set(found["relation"]) == {"left_of"}
    assert set(found["hops"]) == {"2"}
    assert set(found["density"]) == {"3-4", "10+"}
    assert [band(n) for n in (1, 3, 6, 9, 10)] == ["1-2", "3-4", "5-6", "7-9", "10+"]


@pytest.mark.parametrize(
    ("query", "relation"),
    [
        ({"op": "directed", "predicate": "above"}, "above"),
        ({"op": "side"}, "left_of or right_of"),
        ({"op": "in_place", "place": "top"}, "top"),
        ({"op": "attribute", "family": "colour"}, "colour"),
        ({"op": "count", "category": "cat"}, "count"),
        ({}, None),
    ],
)
def test_a_question_is_about_its_predicate_or_what_stands_for_it(query, relation):
    assert relation_of(query) == relation


def test_the_blind_baselines_take_no_look_at_answers():
    items = [item(n, choices=("right", "left") if n % 2 else YES_NO) for n in range(400)]
    assert always_left(items) == {one.id: 1 if one.choices[1] == "left" else 0 for one in items}
    drawn = random_choices(items)
    assert drawn == random_choices(items)
    assert 140 < sum(drawn.values()) < 260


def test_text_only_learns_what_words_give_away_and_nothing_else():
    leaky = [
        item(n, "yes" if n % 3 else "no", question="Is the odd cat there?" if n % 3 else "Is the dog there?")
        for n in range(60)
    ]
    learnt = TextOnly(leaky)
    assert learnt.choices([item(1, question="Is the odd cat here?"), item(2, question="The dog?")]) == {"i1": 0, "i2": 1}
    even = [item(n, YES_NO[n % 2]) for n in range(60)]
    right = score(even, TextOnly(even).choices(even))["all"]["accuracy"]
    assert right == 0.5


def test_text_only_sees_the_roles_of_names_where_they_are_known_and_else_the_words():
    def above(number: int, first: str, second: str, answer: str = "yes", words: str = "Is it?") -> Item:
        query = {"op": "directed", "subject": {"category": first}, "predicate": "above", "object": {"category": second}}
        return Item(f"i{number}", words, YES_NO, answer, "direction_yes_no", roles=roles_of(query))

    names = [f"thing {n}" for n in range(20)]
    known = [above(n, "lamp", name) for n, name in enumerate(names)]
    known += [above(n, name, "lamp", "no") for n, name in enumerate(names)]
    learnt = TextOnly([*known, *(item(n, "yes", question="Is the odd cat there?") for n in range(30))])
    asked = [above(1, "lamp", "new"), above(2, "new", "lamp"), item(3, question="The odd cat?")]
    assert learnt.choices(asked) == {"i1": 0, "i2": 1, "i3": 0}
    assert learnt.choices([Item("open", "Where is it?", (), "[1, 2]")]) == {}


def test_the_roles_of_a_query_are_its_names_without_what_narrows_or_answers_them():
    subject = {"category": "cup", "attribute": "red"}
    anchor = {"predicate": "on", "anchor": {"category": "tray"}}
    found = roles_of({"op": "directed", "subject": subject, "predicate": "below", "object": anchor})
    assert found is not None
    assert (found.op, found.form) == ("directed", "directed|above"), "below is above turned"
    assert found.names == (("object", "cup"), ("subject.anchor", "tray"), ("subject.predicate", "on"))
    plugin = roles_of({"op": "greeting", "who": [{"called": "cat"}, "dog"], "answer": "hello", "box": [1, 2]})
    assert plugin is not None
    assert plugin.names == (("who", "dog"), ("who.called", "cat"))
    assert roles_of({}) is None


def test_a_book_goes_on_after_a_line_that_was_cut_off_and_refuses_another_run(tmp_path):
    log = AnswerLog(tmp_path, {"model": "m"})
    log.add({"id": "1", "said": "é\u2028A", "choice": 0})
    log.add({"id": "2", "said": "?", "choice": None, "fault": "empty", "cause": "no text"})
    log.close()
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes() + b'{"id": "3", "sai')
    again = AnswerLog(tmp_path, {"model": "m"})
    assert again.choices == {"1": 0, "2": None}, "what was said may hold line ends of other kinds"
    assert again.faults == {"2": Fault("empty", "no text")}
    again.add({"id": "3", "said": "A", "choice": 0})
    assert [json.loads(line).get("id") for line in path.read_text().split("\n")[:-1]] == [None, "1", "2", "3"]
    assert run_of(tmp_path) == {"model": "m"}
    with pytest.raises(UserError, match="another run"):
        AnswerLog(tmp_path, {"model": "other"})


@pytest.fixture
def uri(tmp_path) -> str:
    found = str(tmp_path / "dataset")
    store_samples(found, make_samples(12))
    return found


def split_of(uri: str) -> str:
    from dataset.analysis.info import info

    return next(iter(info(uri)["splits"]))


def run(session, answerer: Knowing):
    return asyncio.run(session.ask(lambda: answerer, lambda: None))


@pytest.mark.thorough
def test_an_interrupted_run_goes_on_where_it_was_and_on_the_same_version(uri, tmp_path):
    asked = EvalRequest(uri, split_of(uri))
    first = open_session(asked, "knowing", tmp_path / "out")
    went = run(first, Knowing(fails_after=10))
    assert (went.answered, first.count) == (10, 24)
    assert went.failed > 0
    found, _ = first.report()
    assert found["left"] == 14
    store_samples(uri, make_samples(3, "another concept"))
    second = open_session(asked, "knowing", tmp_path / "out")
    assert (second.done, second.count) == (10, 24), "new rows are another run's"
    answerer = Knowing()
    assert run(second, answerer).answered == 14
    assert len(set(answerer.asked)) == 14
    found, (text, picture) = second.report()
    assert found["scores"] is not None
    assert found["scores"]["all"]["accuracy"] == 1.0
    assert json.loads(text.read_text())["scores"]["all"]["asked"] == 24
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_model_that_is_away_is_not_asked_every_question(uri, tmp_path):
    store_samples(uri, make_samples(30, "more"))
    session = open_session(EvalRequest(uri, split_of(uri)), "knowing", tmp_path / "out")
    went = run(session, Knowing(fails_after=0))
    assert MAX_CONSECUTIVE_FAILURES <= went.failed < session.count
    assert went.last == "the model is away"


def test_a_request_that_no_server_takes_is_left_open_and_the_rest_is_asked(uri, tmp_path):
    session = open_session(EvalRequest(uri, split_of(uri)), "knowing", tmp_path / "out")
    went = run(session, Knowing(fails_after=23, failure=PermanentError("failed", "too large")))
    assert (went.answered, went.failed) == (23, 1)


@pytest.mark.thorough
def test_unreadable_answers_count_as_wrong_and_are_counted(uri, tmp_path):
    session = open_session(EvalRequest(uri, split_of(uri)), "knowing", tmp_path / "out")
    run(session, Knowing(says="perhaps"))
    found, _ = session.report()
    assert found["scores"] is not None
    assert found["scores"]["all"]["right"] == 0
    assert found["faults"]["unreadable"] == {"count": 24, "causes": {"names no choice, or several": 24}}
    assert {kind: fault["count"] for kind, fault in found["faults"].items() if kind != "unreadable"} == {
        "cut": 0,
        "empty": 0,
        "refused": 0,
    }


@pytest.mark.thorough
def test_a_limit_draws_the_same_questions_every_time(uri, tmp_path):
    asked = EvalRequest(uri, split_of(uri), limit=5)
    sessions = [open_session(asked, None, tmp_path / name) for name in "ab"]
    assert [one.id for one in sessions[0].items] == [one.id for one in sessions[1].items]
    assert sessions[0].count == 5
    found, _ = sessions[0].report()
    assert found["scores"] is None
    assert set(found["baselines"]) <= {"random", "always-left", "text-only"}


def test_a_split_says_what_is_known_of_its_questions(uri):
    items = list(SplitQuestions(uri, split_of(uri)).items())
    assert {one.kind for one in items} == {"relation", "presence"}
    assert {one.density for one in items} == {2}
    with pytest.raises(UserError, match="no split 'exam'"):
        open_session(EvalRequest(uri, "exam"), None, Path())


def write_file(folder: Path, lines: Iterable[object]) -> Path:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "1.png").write_bytes(make_picture(make_qa().graph))
    path = folder / "questions.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


@pytest.mark.thorough
def test_a_file_of_questions_of_another_benchmark_is_asked_like_a_split(tmp_path):
    line = {"image": "pictures/1.png", "question": "Where is the cat?", "choices": ["left", "right"], "answer": "left"}
    path = write_file(
        tmp_path, [line, "", {**line, "question": "And the dog?", "answer": "right", "relation": "right_of", "hops": 2}]
    )
    session = open_session(EvalRequest(None, "test", path), "knowing", tmp_path / "out")
    run(session, Knowing())
    found, _ = session.report()
    assert found["scores"] is not None
    assert found["scores"]["all"]["accuracy"] == 1.0
    assert set(found["scores"]["relation"]) == {"right_of"}
    assert set(found["baselines"]) == {"random", "always-left"}


def test_every_faulty_line_of_a_file_is_named(tmp_path):
    line = {"image": "pictures/1.png", "question": "?", "choices": ["a", "b"], "answer": "a"}
    lines = ["{", {**line, "answer": "c"}, {**line, "image": "none.png"}, {**line, "choices": ["a"]}, line]
    with pytest.raises(UserError) as raised:
        FileQuestions(write_file(tmp_path, lines))
    assert [part.split(": ")[0].rpartition(" ")[2] for part in str(raised.value).splitlines()] == ["1", "2", "3", "4"]
    assert "there is no picture none.png" in str(raised.value)
    with pytest.raises(UserError, match="No such file"):
        FileQuestions(tmp_path / "nothing.jsonl")


def test_a_question_of_a_file_may_be_about_several_pictures(tmp_path):
    other = make_picture(make_samples(2)[1].graph)
    line = {"images": ["pictures/1.png", "2.png"], "question": "Which came first?", "choices": ["1", "2"], "answer": "1"}
    path = write_file(tmp_path, [line, {**line, "image": "pictures/1.png", "question": "And which is second?"}])
    (tmp_path / "2.png").write_bytes(other)
    for item, seen in FileQuestions(path).with_pictures():
        assert item.pictures == 2
        assert [each.data for each in seen.all] == [(tmp_path / "pictures" / "1.png").read_bytes(), other]
        assert prompt(item).startswith("Look at the 2 pictures and")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({}, "a picture is needed"),
        ({"image": "2.png", "images": ["pictures/1.png"]}, "the first one must be the image"),
        ({"images": ["pictures/1.png", "3.png"]}, "there is no picture 3.png"),
    ],
)
def test_what_is_wrong_with_the_pictures_of_a_line_is_said(tmp_path, line, why):
    path = write_file(tmp_path, [{"question": "?", "choices": ["a", "b"], "answer": "a", **line}])
    with pytest.raises(UserError, match=why):
        FileQuestions(path)


def test_a_file_may_begin_with_a_mark_of_its_encoding_and_hold_other_line_ends(tmp_path):
    line = {"image": "pictures/1.png", "question": "a\u2028b\x85c", "choices": ["a", "b"], "answer": "a"}
    path = write_file(tmp_path, ["\ufeff" + json.dumps(line, ensure_ascii=False) + "\r"])
    assert [item.question for item in FileQuestions(path).items()] == ["a\u2028b\x85c"]


def test_lines_of_one_id_and_files_that_are_no_pictures_are_named_and_the_rest_is_counted(tmp_path):
    line = {"image": "pictures/1.png", "question": "?", "choices": ["a", "b"], "answer": "a"}
    path = write_file(tmp_path, [line, line, {**line, "id": "1"}, {**line, "id": "1", "question": "!"}, *["{"] * 4])
    (tmp_path / "pictures" / "1.txt").write_text("words")
    path.write_text(json.dumps({**line, "image": "pictures/1.txt"}) + "\n" + path.read_text())
    with pytest.raises(UserError) as raised:
        FileQuestions(path)
    first, second, third, *_, last = str(raised.value).splitlines()
    assert first.endswith("line 1: there is no readable picture in pictures/1.txt")
    assert second.endswith("line 3: id: the same question as line 2, or one with its id")
    assert third.endswith("line 5: id: the same question as line 4, or one with its id")
    assert last.endswith("and 2 more faulty lines")


def test_asking_leaves_no_task_behind_when_the_set_up_is_wrong(tmp_path, uri):
    session = open_session(EvalRequest(uri, split_of(uri)), "knowing", tmp_path / "out")
    wrong = UserError("check URL, model and key")
    assert session.log is not None
    with pytest.raises(UserError, match="check URL"):
        asyncio.run(
            ask(session.questions.with_pictures(), Knowing(fails_after=0, failure=wrong), session.log, lambda _: None)
        )


def test_a_name_that_looks_like_a_formula_is_drawn_as_it_stands(tmp_path):
    line = {
        "image": "pictures/1.png",
        "question": "?",
        "choices": ["a", "b"],
        "answer": "a",
        "relation": "$x^{$",
        "kind": "猫",
    }
    session = open_session(EvalRequest(None, "test", write_file(tmp_path, [line])), r"$\frac{$", tmp_path / "out")
    run(session, Knowing())
    _, (_, picture) = session.report()
    assert picture.read_bytes().startswith(b"\x89PNG")
