from nianlun.jobs.domain import ATTEMPTS, LEASE, PAUSES, RENEWAL, Progress, pause_after


def test_every_attempt_but_the_last_has_a_longer_pause_after_it():
    pauses = [pause_after(attempt) for attempt in range(1, ATTEMPTS + 1)]
    assert pauses == [*sorted(PAUSES), None]


def test_two_renewals_may_be_missed_before_a_lease_runs_out():
    assert RENEWAL * 3 < LEASE


def test_finished_are_the_done_and_the_failed():
    progress = Progress(waiting=1, held=2, done=3, failed=4)
    assert (progress.total, progress.finished) == (10, 7)
