"""The pool of threads: bounded, and made only when there is work for it."""

import threading

from server.http_servers.threads import Threads


class TestThreads:
    def test_all_work_is_done_by_no_more_threads_than_allowed(self) -> None:
        pool, names, done = Threads(3), set[str](), threading.Semaphore(0)
        go = threading.Event()

        def work() -> None:
            go.wait(10)
            names.add(threading.current_thread().name)
            done.release()

        for _ in range(20):
            pool.submit(work)
        go.set()

        assert all(done.acquire(timeout=10) for _ in range(20))
        assert 1 <= len(names) <= 3

    def test_work_that_waits_does_not_hold_up_other_work(self) -> None:
        pool, both = Threads(2), threading.Barrier(3, timeout=10)

        pool.submit(lambda: _meet(both))
        pool.submit(lambda: _meet(both))

        both.wait()


def _meet(barrier: threading.Barrier) -> None:
    barrier.wait()
