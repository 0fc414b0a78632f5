import os
import threading

import numpy as np
import pytest

from dreamlab.kernels.cores import aligned, cores, lent, scratch, share


def test_the_cores_are_those_the_process_may_run_on():
    if hasattr(os, "sched_getaffinity"):
        assert cores() == len(os.sched_getaffinity(0))
    else:
        assert cores() == os.cpu_count()


def test_answers_are_in_the_order_of_the_pieces():
    assert share(lambda first, second: first * second, [(n, n + 1) for n in range(20)]) == [
        n * (n + 1) for n in range(20)
    ]
    assert share(lambda piece: piece, []) == []


def test_never_more_threads_than_cores_work_whoever_calls():
    lock, running, most = threading.Lock(), 0, 0
    met = threading.Barrier(cores())

    def work(_):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        met.wait()  # all cores are at work at the same time
        with lock:
            running -= 1

    def call():
        share(work, [(number,) for number in range(4 * cores())])

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert most == cores()


def test_an_error_in_a_piece_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        share(lambda number: 1 / number, [(1,), (0,), (2,)])


def test_scratch_memory_belongs_to_a_thread():
    mine = scratch(100)
    assert np.shares_memory(scratch(50), mine)
    assert scratch(100_000).size == 100_000
    others = []
    other = threading.Thread(target=lambda: others.append(scratch(100)))
    other.start()
    other.join()
    assert not np.shares_memory(others[0], scratch(100))


@pytest.mark.parametrize("shape", [(1,), (3, 5, 7), (0, 4)])
def test_arrays_begin_at_a_cache_line(shape):
    for _ in range(5):
        array = aligned(shape)
        assert (array.shape, array.dtype) == (shape, np.float32)
        assert array.ctypes.data % 64 == 0 or array.size == 0
        assert array.flags.c_contiguous


def test_large_memory_is_lent_once_and_others_get_their_own():
    with lent(100) as first, lent(50) as second:
        assert first.shape == (100,) and second.shape == (50,)
        assert not np.shares_memory(first, second)
    with lent(80) as again:
        assert np.shares_memory(first, again)
