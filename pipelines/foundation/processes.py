"""Work in several processes that comes out as in one: in its order and in bounded memory; one that dies is told."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from threading import BoundedSemaphore, Lock, Thread
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Pieces of work that are under way or wait, a process: so that none is ever idle, and none holds much.
AHEAD = 2


class DiedError(Exception):
    """A process ended in the middle of its work; what is begun after it was told is done by others."""


class Processes:
    """So many processes, at most, for all who share them; they end with the context.

    None is started before ``worth_starting``, a sum of sizes of whatever unit, was done in this one: what is little is
    done sooner than a process starts. ``preload`` are the modules they need. Threads may share one of these.
    """

    def __init__(self, count: int, worth_starting: int, preload: Iterable[str] = ()) -> None:
        self.count = count
        self._worth_starting = worth_starting
        self._preload = list(preload)
        self._done = 0
        self._executor: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._places = BoundedSemaphore(max(1, AHEAD * count))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Start all of them ahead of the work, with the modules it needs."""
        for _ in range(self.count):
            self._running().submit(int)

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], size: Callable[[Item], int]
    ) -> Iterator[Result]:
        """The results in the order of the items, of which no more are asked for than can soon be done.

        Function, items and results are such as pickle takes. What the function raises is raised here; raises
        ``DiedError`` where a process ended.
        """
        ahead: deque[Future[Result]] = deque()
        try:
            for item in items:
                ahead.append(self._begun(function, item, size(item)))
                while ahead and (len(ahead) > AHEAD * self.count or ahead[0].done()):
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool as failure:
            self._executor = None
            raise DiedError from failure
        finally:
            for future in ahead:
                future.cancel()

    def _begun(self, function: Callable[[Item], Result], item: Item, size: int) -> "Future[Result]":
        if not self._pays(size):
            done: Future[Result] = Future()
            done.set_result(function(item))
            return done
        self._places.acquire()
        try:
            future = self._running().submit(function, item)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _pays(self, size: int) -> bool:
        with self._lock:
            self._done += size
            return self.count > 1 and self._done > self._worth_starting

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                # Not a copy of this process, whose threads may hold locks; nor one of a server of copies, whose socket
                # lies among the temporary files, which are below a home of any depth: its name may be too long.
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(self.count, context, initializer=_begin, initargs=(self._preload,))
            return self._executor


def _begin(preload: list[str]) -> None:
    """Load what is needed, and leave the end to the process that started this one, be it interrupted or killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_wait_for_parent, daemon=True).start()
    for module in preload:
        import_module(module)


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
