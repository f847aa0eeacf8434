"""Kills processes while they write, and looks at what they leave: ``python kills.py SCENARIO FOLDER``.

A process of its own, because it forks: the one that runs the tests has threads. Prints how many were killed.
"""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from safetybook import archives, whole_files

ROOT = Path(__file__).parents[2]
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir"}

Act = Callable[[], object]


def forked(act: Act) -> int:
    """A process, and a group of its own, that acts and ends; its number."""
    process = os.fork()
    if process == 0:
        os.setsid()
        try:
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return process


def killed(process: int) -> bool:
    """Whether a process was killed; the other way to end is with success."""
    status = os.waitpid(process, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def completed(act: Act) -> None:
    assert not killed(forked(act))


def until_step(steps: int, act: Act) -> Act:
    """An act that is killed before its next change of a folder or opening of a file to write."""

    def watched() -> None:
        left = steps

        def hear(event: str, arguments: tuple) -> None:
            nonlocal left
            if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hear)
        act()

    return watched


def at_every_step(prepare: Act, act: Act, check: Act) -> int:
    """Prepare, act until killed at a step, check; for each step there is. The number of kills."""
    steps = 0
    while True:
        prepare()
        if not killed(forked(until_step(steps, act))):
            return steps
        check()
        steps += 1


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def fresh(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def sets(folder: Path) -> int:
    """A set of six files is the old one or the new one, for the next reader and for the next writer."""
    names = [f"{n}.csv" for n in range(6)]
    old, new = ({name: f"{word} {name}".encode() for name in names} for word in ("old", "new"))
    found = []

    def check() -> None:
        whole_files.settle(folder)
        found.append({name: (folder / name).read_bytes() for name in names})
        whole_files.write_all(folder, new)
        assert contents(folder) == new

    kills = at_every_step(lambda: fresh(folder, old), lambda: whole_files.write_all(folder, new), check)
    assert all(one in (old, new) for one in found)
    assert old in found
    assert new in found
    return kills


def folders(folder: Path) -> int:
    """A folder that takes the place of another: the pages, what is exported."""
    pages, built = folder / "html", folder / "next"
    old, new = {"a": b"old", "b": b"old"}, {"a": b"new", "c": b"new"}

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        fresh(pages, old)
        fresh(built, new)

    def check() -> None:
        assert not pages.exists() or contents(pages) in (old, new)
        whole_files.settle_folder(pages)
        assert contents(pages) in (old, new)
        fresh(built, new)
        whole_files.replace_folder(built, pages)
        assert contents(folder) == {f"html/{name}": content for name, content in new.items()}

    return at_every_step(prepare, lambda: whole_files.replace_folder(built, pages), check)


def data(folder: Path) -> int:
    """The data sets and their manifest, as ``make data`` writes them."""
    from proderm import reconstruct

    new = {path.name: path.read_text("utf-8") for path in (ROOT / "data" / "adam").glob("*.csv")}
    old = {name: text.replace("SYN-", "OLD-") for name, text in new.items()}
    found = []

    def check() -> None:
        whole_files.settle(folder)
        digests = json.loads((folder / "MANIFEST.json").read_text("utf-8"))["files"]
        for name in new:
            assert digests[name] == "sha256:" + hashlib.sha256((folder / name).read_bytes()).hexdigest()
        found.append((folder / "adsl.csv").read_text("utf-8"))
        reconstruct.write(new, [], 1, folder)
        assert set(contents(folder)) == {*new, "MANIFEST.json"}

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        reconstruct.write(old, [], 1, folder)

    kills = at_every_step(prepare, lambda: reconstruct.write(new, [], 1, folder), check)
    assert {old["adsl.csv"], new["adsl.csv"]} == set(found)
    return kills


def ensemble(folder: Path) -> int:
    """The members, their manifest and their summary, where members of another ledger were before."""
    from proderm.ensemble import MANIFEST, SUMMARY, Ensemble
    from proderm.reconstruct_many import Made, run

    files = {"adae.csv": "new\n"}
    made = Made(2, archives.digest(files), archives.pack(files))

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        old = {seed: {"adae.csv": f"old {seed}\n"} for seed in (2, 3)}
        before = Ensemble(folder, {"ledgers": "others"}, {s: archives.digest(old[s]) for s in old})
        for seed, files in old.items():
            archives.write(before.path(seed), files)
        whole_files.write(folder / SUMMARY, "of the old")
        before.store()

    def act() -> None:
        run(folder, 1, make=lambda _: made, say=lambda _: None)

    prepare()
    completed(act)
    whole = contents(folder)
    assert set(whole) == {MANIFEST, "0002.tar.xz"}

    def check() -> None:
        whole_files.settle(folder)
        listed = Ensemble.stored(folder)
        assert all(listed.intact(seed) for seed in listed.digests)
        if (folder / SUMMARY).exists():
            assert listed.made_with == {"ledgers": "others"} or not listed.digests
        act()
        assert contents(folder) == whole

    return at_every_step(prepare, act, check)


def notebooks(folder: Path, kills: int = 20) -> int:
    """``notebooks execute``, killed at random moments, alone or with the processes it started."""
    from small_notebooks import write_book

    import safetybook.notebooks.shell  # noqa: F401 (imported once, here)
    from safetybook.notebooks.__main__ import main

    write_book(folder)
    os.chdir(folder)
    texts = sorted(map(str, Path("notebooks").glob("*.md")))
    datum, stored = Path("data/n.csv"), [Path(text).with_suffix(".ipynb") for text in texts]

    def act() -> None:
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            assert main(["execute", *texts]) == 0

    def files() -> list[bytes]:
        return [path.read_bytes() for path in stored]

    def state(number: int) -> list[bytes]:
        return [content.replace(b"'42'", f"'{number}'".encode()) for content in right]

    started = time.monotonic()
    completed(act)
    took = time.monotonic() - started
    right, draw, number, done = files(), random.Random(12), 42, 0
    while done < kills:
        before, number = number, number + 1
        datum.write_text(str(number))
        process = forked(act)
        time.sleep(draw.uniform(0, took))
        alone = draw.random() < 0.5
        (os.kill if alone else os.killpg)(process, signal.SIGKILL)
        done += killed(process)
        old, new = state(before), state(number)
        assert all(one in pair for one, *pair in zip(files(), old, new, strict=True))
        completed(act)
        assert files() == new
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    assert {path.name for path in Path("notebooks").iterdir()} == {Path(t).name for t in [*texts, *stored]}
    return done


if __name__ == "__main__":
    print(globals()[sys.argv[1]](Path(sys.argv[2])))
