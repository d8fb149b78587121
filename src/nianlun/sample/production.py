"""Produces many scans at once: on several processes, in order, the same bytes however many there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import cv2

from nianlun.sample.paper import Paper
from nianlun.sample.papers import all_papers
from nianlun.sample.people import City
from nianlun.sample.truth import PAST_DPI, Scan, render_paper

_CHUNK = 12  # papers a process takes at a time: some three quarters of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """A paper with its scans."""

    paper: Paper
    scans: tuple[Scan, ...]


def produce(
    papers: Sequence[Paper], *, dpi: int | Mapping[str, int] = PAST_DPI, processes: int = 2
) -> Iterator[Produced]:
    """Scans of the papers, in the order given. With one process everything is drawn in this one.

    `dpi` is one resolution for all, or one for each paper by its id.
    """
    draw = partial(_draw, dpi=dpi)
    if processes <= 1 or len(papers) <= _CHUNK:
        yield from map(draw, papers)
        return
    # Fresh processes: a fork would carry along open database connections and threads.
    with get_context("spawn").Pool(processes, initializer=_alone) as pool:
        yield from pool.imap(draw, papers, chunksize=_CHUNK)


def past(city: City, *, unread: Iterable[int] = ()) -> tuple[Paper, ...]:
    """The papers filed long ago: all but those of the people whose papers still lie in the inbox."""
    waiting = set(unread)
    return tuple(paper for paper in all_papers(city) if paper.person not in waiting)


def _draw(paper: Paper, *, dpi: int | Mapping[str, int]) -> Produced:
    wanted = dpi if isinstance(dpi, int) else dpi[paper.id]
    return Produced(paper=paper, scans=tuple(render_paper(paper, dpi=wanted)))


def _alone() -> None:
    """One thread a process: the processes share the cores among themselves."""
    cv2.setNumThreads(1)
