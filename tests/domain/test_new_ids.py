"""Ids are drawn many at once, and yet each is made only once."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from checkout_service.domain.ids import is_order_id, new_id

MANY = 400  # more than one draw is enough for


def _send_ids(answers: Connection) -> None:
    answers.send([new_id("ord") for _ in range(MANY)])


def test_no_id_is_made_twice_whichever_thread_makes_it() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id("ord"), range(8 * MANY)))

    assert len(set(made)) == len(made)
    assert all(map(is_order_id, made))


def test_processes_that_were_forked_make_no_id_of_the_other() -> None:
    fork = multiprocessing.get_context("fork")
    made = {new_id("ord")}  # something of a draw is left
    theirs, answers = fork.Pipe()
    child = fork.Process(target=_send_ids, args=(answers,))
    child.start()
    made |= {new_id("ord") for _ in range(MANY)}
    told = theirs.recv()
    child.join()

    assert made.isdisjoint(told)
    assert len(set(told)) == MANY
