"""Which keys lie under which hand: codes of places on the keyboard, whatever is printed on them.

A key's code is looked up here to count it, and goes no further than the function that asked for it.
"""

from typing import Final

# Scan codes of the PC's keyboard (set 1), which are also Linux's key codes; the space bar is the left thumb's.
# https://github.com/torvalds/linux/blob/master/include/uapi/linux/input-event-codes.h
LEFT_SCANS: Final = frozenset(
    (*range(1, 7), *range(15, 21), *range(29, 35), 41, 42, *range(44, 49), *range(56, 64), 86)
)
RIGHT_SCANS: Final = frozenset(
    (*range(7, 15), *range(21, 29), *range(35, 41), 43, *range(49, 55), *range(64, 69), 87, 88)
)
# What an extended keyboard has on the right has no scan code of one byte: Linux's codes, and Windows' virtual keys.
RIGHT_LINUX: Final = frozenset((97, 100, *range(102, 112)))
RIGHT_WINDOWS: Final = frozenset((*range(0x21, 0x29), 0x2D, 0x2E, 0xA3, 0xA5))
# Virtual key codes of a Mac's keyboard, from HIToolbox/Events.h.
LEFT_MAC: Final = frozenset((0, 1, 2, 3, *range(5, 16), *range(17, 22), 23, 48, 49, 50, 53, *range(55, 60)))
RIGHT_MAC: Final = frozenset((4, 16, 22, *range(24, 48), 51, 54, 60, 61, 62, *range(123, 127)))
