"""What a broker knows of the stages: lag without a process, members, what is missing; and how long nothing has moved."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS
from streams.broker.group_state import READS, WRITES, GroupState, Member, group_states
from streams.broker.records import Partition
from streams.operations.stage_progress import Progress
from tests.fakes.groups import FakeGroups

GROUPS = {stage: f"g-{stage}" for stage in READS}
WORKER = Member("skg-render-host-7", "10.0.0.1", 1)
FIRST = Partition(GRAPHS, 0)


def test_every_stage_reads_and_writes_what_the_topic_table_says() -> None:
    assert READS["render"] == (GRAPHS,)
    assert READS["write"] == (QA, REJECTIONS)
    assert WRITES["render"] == (IMAGES,)
    assert WRITES["write"] == ()


def test_a_group_that_nobody_has_heard_of_lags_by_all_there_is() -> None:
    broker = FakeGroups(put_at=70.0)
    broker.ends[FIRST] = 5
    state = group_states(broker, GROUPS, 100.0)["render"]
    assert (state.unread, state.members, state.oldest_unread_s) == (5, (), 30.0)
    assert group_states(broker, GROUPS, 100.0)["examine"].oldest_unread_s is None


def test_what_is_committed_is_not_lag_and_a_partition_without_an_offset_is() -> None:
    broker = FakeGroups()
    broker.ends |= {FIRST: 5, Partition(GRAPHS, 1): 4}
    broker.reads["g-render"] = {FIRST: 3}
    broker.joined["g-render"] = (WORKER,)
    state = group_states(broker, GROUPS, 0.0)["render"]
    assert state.lag == {FIRST: 2, Partition(GRAPHS, 1): 4}
    assert state.members == (WORKER,)


def test_a_topic_that_is_not_there_is_named() -> None:
    broker = FakeGroups()
    del broker.ends[Partition(REJECTIONS, 0)]
    assert group_states(broker, GROUPS, 0.0)["write"].missing_topics == (REJECTIONS,)


def test_a_commit_and_a_published_event_are_progress_and_new_work_is_none() -> None:
    broker = FakeGroups()
    broker.ends[FIRST] = 5
    marks = [group_states(broker, GROUPS, 0.0)["render"].mark]
    broker.ends[FIRST] = 6
    assert group_states(broker, GROUPS, 0.0)["render"].mark == marks[0]
    broker.ends[Partition(IMAGES, 0)] = 1
    marks.append(group_states(broker, GROUPS, 0.0)["render"].mark)
    broker.reads["g-render"] = {FIRST: 1}
    marks.append(group_states(broker, GROUPS, 0.0)["render"].mark)
    assert len(set(marks)) == 3


def busy(mark: str, lag: int = 1, members: int = 1) -> dict[str, GroupState]:
    return {"render": GroupState("g", (WORKER,) * members, {FIRST: lag}, 1.0, (), mark)}


def test_a_stage_stands_still_from_the_first_look_that_saw_it_so() -> None:
    progress = Progress()
    found = [progress.seconds_without_progress(busy(mark), at)["render"] for at, mark in enumerate("aaabb")]
    assert found == [0, 1, 2, 0, 1]


def test_without_work_or_without_a_member_a_stage_does_not_stand_still() -> None:
    for between in (busy("a", lag=0), busy("a", members=0), {}):
        progress = Progress()
        progress.seconds_without_progress(busy("a"), 0.0)
        assert set(progress.seconds_without_progress(between, 50.0).values()) <= {0.0}
        assert progress.seconds_without_progress(busy("a"), 100.0)["render"] == 0.0


def test_one_call_after_another_remembers_and_a_broken_memory_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "new" / "progress.json"
    Progress(file).seconds_without_progress(busy("a"), 10.0)
    assert Progress(file).seconds_without_progress(busy("a"), 75.0)["render"] == 65.0
    for broken in ("{", "[]", '{"render": 3}', '{"render": ["a", "b"]}', json.dumps({"render": ["a", 1e12]})):
        file.write_text(broken)
        assert Progress(file).seconds_without_progress(busy("a"), 80.0)["render"] == 0.0


def test_a_folder_that_may_not_be_written_only_means_no_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Progress(tmp_path / "file" / "progress.json").seconds_without_progress(busy("a"), 1.0) == {"render": 0.0}


@pytest.mark.thorough
@given(st.lists(st.tuples(st.floats(0.1, 100), st.sampled_from("ab"), st.integers(0, 1), st.integers(0, 1)), max_size=20))
def test_time_without_progress_is_the_time_since_the_last_look_that_differed(looks) -> None:
    progress, now, history = Progress(), 0.0, []
    for pause, mark, lag, members in looks:
        now += pause
        history.append((now, (mark, lag, members)))
        same = []
        for at, seen in reversed(history):
            if seen != (mark, 1, 1):
                break
            same.append(at)
        expected = now - same[-1] if same else 0.0
        assert progress.seconds_without_progress(busy(mark, lag, members), now)["render"] == expected
