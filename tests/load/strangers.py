"""Strangers send off the largest dreams they may; a visitor comes with a small one."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.setups import LAYERS, QUICK, layer, setup
from tests.load.tree import Site, Tree

STRANGERS, VARIANTS = 8, 6

#: Longest the visitor waits, in seconds.
_PATIENCE = 300

#: Seconds that a dream under way may go on before another's turn, beside what is fair.
_SLICE = 10

#: What a stranger tries, the largest first: steps, at so many pixels.
_TRIED = [(steps, 1024) for steps in (280, 200, 140, 100, 70, 50, 35, 25, 18, 12, 8)]

#: The visitor's dream, and a rehearsal of it that differs in its step.
_MINE, _REHEARSED = QUICK, setup([layer("block3_conv3")], octaves=2, iterations=3, step=0.011)


def largest(tree: Tree) -> Iterator[Figure]:
    """The visitor comes after eight strangers, who have one address of their own."""
    with tree.serve() as site, ExitStack() as stack:
        own = _rehearsal(site)
        steps, side = _largest(site)
        yield Figure("the largest dream that can be sent off", f"{steps} steps at {side} px")
        taken = 0
        for number in range(STRANGERS):
            made_up = _setup(steps, side, number)
            stranger = Guest(site.address, made_up, source="127.0.0.2")
            stack.enter_context(closing(stranger)).draw()
            stranger.click("Dream")
            taken += len(stranger.cards())
        asked = STRANGERS * VARIANTS
        yield Figure("strangers' dreams taken", f"{taken} of {asked}")
        visitor = stack.enter_context(closing(Guest(site.address, _MINE)))
        visitor.draw()
        pressed = visitor.click("Dream")
        fair = own * (STRANGERS + 1) + _SLICE
        bar = f"{fair:.0f} s: its own {own:.1f} s x {STRANGERS + 1} visitors, and {_SLICE} s"
        if not visitor.cards():
            yield Figure("the visitor's dream", f"refused: “{visitor.refusal()[:120]}”", False, bar)
            return
        told = visitor.cards()[0].forecast
        try:
            first = pressed + visitor.follow(lambda cards: cards[0].shown, _PATIENCE)
            done = first + visitor.follow(lambda cards: cards[0].done, _PATIENCE)
            value = f"first picture after {first:.1f} s, done after {done:.1f} s"
            yield Figure("the visitor's dream", value, done <= fair, bar)
        except TimeoutError:
            yield Figure("the visitor's dream", f"no picture in {_PATIENCE} s", False, bar)
        said = "nothing" if told is None else f"begins in about {told:.0f} s"
        yield Figure("what the visitor was told at the click", said)


def _rehearsal(site: Site) -> float:
    with closing(Guest(site.address, _REHEARSED)) as visitor:
        visitor.draw()
        return visitor.click("Dream") + visitor.follow(lambda cards: cards[0].done, 60, every=0.2)


def _setup(steps: int, side: int, number: int) -> str:
    return setup(
        [
            {
                "name": f"V{variant}",
                "layers": dict.fromkeys(LAYERS, 1.0),
                "overrides": {"step": round(0.01 + 0.001 * variant + 0.0001 * number, 6)},
            }
            for variant in range(VARIANTS)
        ],
        max_side=side,
        octaves=1,
        iterations=steps,
    )


def _largest(site: Site) -> tuple[int, int]:
    """Return the largest dream for which *Dream* can be pressed and something is then taken."""
    for steps, side in _TRIED:
        with closing(Guest(site.address, _setup(steps, side, 99), source="127.0.0.3")) as scout:
            scout.draw()
            if not scout.may_dream():
                continue
            scout.click("Dream")
            taken = bool(scout.cards())
            if "Cancel all" in scout.buttons and taken:
                scout.click("Cancel all")
                scout.follow(lambda cards: not any(card.active for card in cards), 60)
            if taken:
                return steps, side
    raise RuntimeError("no dream could be sent off")
