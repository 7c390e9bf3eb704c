"""What a worker does when its parent dies early."""

import os
import socket

from server.worker import Lifeline, StopEvent, run_background


def test_a_worker_whose_parent_died_while_it_was_made_ends_quietly() -> None:
    lifeline = Lifeline.make()
    os.close(lifeline.ready[0])
    os.close(lifeline.alive[1])
    told: list[bool] = []

    def work(stopping: StopEvent) -> None:
        told.append(stopping.wait(30))

    run_background(work, socket.socket(), lifeline)

    assert told == [True]
    for descriptor in (lifeline.ready[1], lifeline.alive[0], *lifeline.signals):
        os.close(descriptor)
