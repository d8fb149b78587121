"""Security S4.3: parsers run in a limited process, and the caller survives them."""

import time

import pytest

from nianlun.digitization.reading.fences import Limits
from nianlun.digitization.reading.refusals import Refused
from nianlun.digitization.reading.sandbox import Child, run

HERE = "tests.digitization.reading.misbehaving"


def refused(task: str, **limits: float) -> str:
    with pytest.raises(Refused) as caught:
        run(f"{HERE}:{task}", {}, limits=Limits(**limits))
    return caught.value.code


def test_a_task_answers_with_its_words_and_its_bytes():
    answer, blobs = run(f"{HERE}:echo", {"say": "年轮"})
    assert answer["said"] == "年轮"
    assert blobs == []


def test_memory_beyond_the_limit_is_refused_by_name():
    assert refused("hoard", memory_bytes=512 << 20) == "out_of_memory"


def test_processor_time_beyond_the_limit_is_refused_by_name():
    assert refused("spin", cpu_seconds=1) == "too_slow"


def test_a_task_that_waits_for_ever_is_ended_by_the_clock():
    started = time.monotonic()
    assert refused("sleep", wall_seconds=1.5) == "too_slow"
    assert time.monotonic() - started < 20


def test_a_parser_that_crashes_is_a_file_that_cannot_be_read():
    assert refused("crash") == "not_decodable"


def test_a_task_reaches_neither_network_nor_processes_nor_the_disk_nor_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    outside = tmp_path / "outside.txt"
    with Child(modules=[HERE]) as child:
        answer, _ = child.call(f"{HERE}:look_round", {"outside": str(outside)})
        fences = child.fences
    allowed = set(answer["allowed"])
    assert "network namespace" in fences or "system-call filter" in fences
    if "read-only disk" not in fences:  # a kernel without user namespaces cannot give it
        allowed.discard("write outside")
    assert allowed == set()


def test_a_child_serves_many_calls_and_is_replaced_after_a_kill():
    with Child(modules=[HERE], limits=Limits(cpu_seconds=1), calls=10) as child:
        first, _ = child.call(f"{HERE}:echo", {"say": 1})
        second, _ = child.call(f"{HERE}:echo", {"say": 2})
        assert first["pid"] == second["pid"]
        with pytest.raises(Refused):
            child.call(f"{HERE}:spin", {})
        third, _ = child.call(f"{HERE}:echo", {"say": 3})
        assert third["pid"] != first["pid"]


def test_processor_time_is_counted_anew_for_each_call():
    with Child(modules=[HERE], limits=Limits(cpu_seconds=2), calls=10) as child:
        for _ in range(3):
            assert child.call(f"{HERE}:echo", {"say": 1})
