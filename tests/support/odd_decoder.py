"""A decoder process that misbehaves at a word, as one might that a file has taken over."""

import os
import sys
import time

import numpy as np

from dreamlab.images import decoder_process as real

#: The variable with which the system refuses it no memory.
UNLIMITED = "ODD_DECODER_UNLIMITED"

#: Files that make it hang, take memory, die, lie, and print.
HANG, EAT, DIE, LIE, CHAT = (word.encode() for word in ("HANG", "EAT", "DIE", "LIE", "CHAT"))


def answered(data, label, **options):
    if data == HANG:
        time.sleep(3600)
    if data == EAT:
        held = []
        while True:
            held.append(np.ones(2**20))
    if data == DIE:
        os.kill(os.getpid(), 9)
    if data == LIE:
        return {"shape": [-1, 2**40], "full": None}, b"no pixels"
    if data == CHAT:
        os.write(1, b"\0" * 1000)
        return {"shape": [1, 1], "full": [1, 1], "notes": [], "transparent": False}, b"abc"
    return real.image(data, label, **options)


if __name__ == "__main__":
    real.ANSWERS["image"] = answered
    if UNLIMITED in os.environ:  # as on a system that refuses no memory
        real.limit_memory = lambda most: None
    real.main(*map(float, sys.argv[1:]))
