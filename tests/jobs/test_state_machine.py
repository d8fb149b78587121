"""Whatever order workers, deaths and delays come in: one holder, one effect, nothing forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nianlun.jobs import models, operations, queries
from nianlun.jobs.domain import ATTEMPTS, LEASE, Job, LeaseLost, State

WORKERS = st.sampled_from([0, 1])
DELAYS = st.sampled_from([timedelta(0), LEASE, timedelta(minutes=6)])


class Queue(RuleBasedStateMachine):
    """Two workers that may sleep through their leases, wake up and try to finish what they once held."""

    @initialize()
    def empty(self) -> None:
        models.Job.objects.all().delete()
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.added: set[str] = set()
        self.in_hand: dict[int, Job] = {}
        self.token: dict[str, Job] = {}
        self.effects: list[str] = []
        self.add("a")

    @rule(key=st.sampled_from(["a", "b"]))
    def add(self, key: str) -> None:
        assert operations.enqueue("tests.read", {}, key=key, at=self.now) is (key not in self.added)
        self.added.add(key)

    @rule(worker=WORKERS, delay=DELAYS)
    def take(self, worker: int, delay: timedelta) -> None:
        self.now += delay
        job = operations.lease(kinds=["tests.read"], holder=str(worker), at=self.now)
        if job:
            self.in_hand[worker] = self.token[job.key] = job
            assert job.key not in self.effects
            assert job.attempt <= ATTEMPTS

    @precondition(lambda self: self.in_hand)
    @rule(worker=WORKERS, how=st.sampled_from(["finish", "renew", "fail", "fail for good", "give back"]))
    def act(self, worker: int, how: str) -> None:
        job = self.in_hand.get(worker)
        if job is None:
            return
        rightful = (
            self.token.get(job.key) == job and queries.state_of(kind=job.kind, key=job.key) == State.HELD
        )
        try:
            self._do(job, how)
        except LeaseLost:
            assert not rightful
        else:
            assert rightful
        if how != "renew":
            del self.in_hand[worker]

    def _do(self, job: Job, how: str) -> None:
        if how == "finish":
            with operations.effect(job):
                self.effects.append(job.key)
        elif how == "renew":
            operations.renew(job, at=self.now)
        elif how == "give back":
            operations.give_back(job, at=self.now)
        else:
            operations.fail(job, sentence="不行。", at=self.now, for_good=how == "fail for good")

    @invariant()
    def every_job_is_somewhere_and_done_once(self) -> None:
        if not hasattr(self, "added"):
            return
        states = dict(models.Job.objects.values_list("key", "state"))
        assert set(states) == self.added
        assert sorted(self.effects) == sorted(key for key, state in states.items() if state == State.DONE)


@pytest.mark.django_db
def test_the_queue_keeps_its_promises_in_any_order_of_events():
    Queue.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
    Queue.TestCase().runTest()
