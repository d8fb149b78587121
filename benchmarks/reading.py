"""How fast and how well pages are read. Prints JSON; asserts nothing.

    python -m benchmarks.reading [--pages N] [--corpus FOLDER] [--no-sample]

Pages an hour of one process against bare rapidocr (as shipped but for the number of threads) on the same pages in
the same run, recall of the labelled lines of the XFUND forms, and, where the sample city is at hand, field accuracy
by level of damage.
"""

import argparse
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from rapidocr import RapidOCR

from nianlun.digitization.reading import Reader, page_image
from nianlun.sample.city import build_city
from nianlun.sample.papers import all_papers
from nianlun.sample.truth import render_paper

CORPUS = Path(os.environ.get("NIANLUN_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "data")
_FORMS = "ocr-zh/xfund-zh-train-NC/zh_train"
_LISTS = ("wage_sheet",)  # many persons in one list: which is meant, no reader can know


@dataclass(frozen=True)
class TruePage:
    """A scan with what it truly says: `truth` maps a claim's name to its canonical values."""

    image: bytes
    truth: Mapping[str, tuple[str, ...]]
    damage: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4, help="XFUND pages to read")
    parser.add_argument("--sample-pages", type=int, default=20, help="pages of the sample city to read")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--no-sample", action="store_true")
    args = parser.parse_args()
    report: dict[str, Any] = {}
    with Reader() as reader:
        report["xfund"] = forms(reader, folder=args.corpus / _FORMS, pages=args.pages)
        if not args.no_sample:
            report["sample"] = field_accuracy(sample_pages(args.sample_pages), reader=reader)
    json.dump(report, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0


def forms(reader: Reader, *, folder: Path, pages: int) -> dict[str, Any]:
    """Speed and line recall on scanned forms, ours and bare rapidocr's, page by page in turn."""
    paths = sorted((folder / "image").glob("*.jpg"))[:pages] if folder.exists() else []
    if not paths:
        return {"skipped": f"no forms in {folder}"}
    labels = _labels(folder / "train.json")
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    bare = RapidOCR(params={"Global.log_level": "error", **threads})
    bare(np.full((64, 256, 3), 255, np.uint8))
    reader.read(page_image(paths[0], 1))  # both have their models loaded before the clock runs
    seconds: Counter[str] = Counter()
    found: Counter[str] = Counter()
    total = 0
    for path in paths:
        lines = [line for line in labels[path.name] if line]
        total += len(lines)
        started = time.perf_counter()
        ours = reader.read(page_image(path, 1))
        seconds["ours"] += time.perf_counter() - started
        started = time.perf_counter()
        theirs = bare(cv2.imread(str(path)))
        seconds["bare"] += time.perf_counter() - started
        for name, texts in (
            ("ours", [line.text for line in ours.lines]),
            ("bare", list(theirs.txts or ())),
        ):
            text = _plain("".join(texts))
            found[name] += sum(line in text for line in lines)
    return {
        name: {
            "pages_an_hour": round(3600 * len(paths) / seconds[name]),
            "seconds_a_page": round(seconds[name] / len(paths), 2),
            "line_recall": round(found[name] / total, 3),
        }
        for name in ("ours", "bare")
    } | {
        "pages": len(paths),
        "lines": total,
        "note": "ours: examine the picture, turn, read, find seals and fields",
    }


def _labels(path: Path) -> dict[str, list[str]]:
    labels = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        name, content = row.split("\t", 1)
        labels[Path(name).name] = [_plain(entry["transcription"]) for entry in json.loads(content)]
    return labels


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def field_accuracy(pages_with_truth: Iterable[TruePage], *, reader: Reader) -> dict[str, Any]:
    """Exact values found, by claim and by level of damage; a seal counts when one is found for each."""
    by_name: dict[str, Counter[str]] = defaultdict(Counter)
    by_damage: dict[int, Counter[str]] = defaultdict(Counter)
    for page in pages_with_truth:
        found = defaultdict(list)
        for field in reader.read(page.image).fields:
            found[field.name].append(field.value)
        for name, values in page.truth.items():
            for value in values:
                hit = len(found["seal"]) >= len(values) if name == "seal" else value in found[name]
                for tally in (by_name[name], by_damage[page.damage]):
                    tally["right"] += hit
                    tally["all"] += 1
    return {
        "by_claim": {name: _share(tally) for name, tally in sorted(by_name.items())},
        "by_damage": {str(level): _share(tally) for level, tally in sorted(by_damage.items())},
    }


def _share(tally: Counter[str]) -> dict[str, float]:
    return {"right": tally["right"], "all": tally["all"], "share": round(tally["right"] / tally["all"], 3)}


def sample_pages(count: int, *, seed: int = 11) -> Iterable[TruePage]:
    """Scans of the sample city, drawn by lot, at the four levels of damage in turn."""
    papers = [paper for paper in all_papers(build_city(persons=60)) if paper.kind.value not in _LISTS]
    for place, paper in enumerate(Random(seed).sample(papers, min(count, len(papers)))):
        damage = place % 4
        scan = render_paper(paper, damage=damage)[0]
        truth: dict[str, tuple[str, ...]] = {}
        for field in scan.fields:
            truth[field.name] = (*truth.get(field.name, ()), field.value)
        yield TruePage(image=scan.jpeg, truth=truth, damage=damage)


if __name__ == "__main__":
    sys.exit(main())
