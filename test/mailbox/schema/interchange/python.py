# Python's msgpack, as a user has it. SPDX-License-Identifier: MIT
import sys

import msgpack

NOTHING, SMALL, INT, TEXT = 0x69A40FD3, 0x68A468A6, 0x48034D30, 0x61A3AB9B
BYTES, INTS, OPT, CIRCLE = 0x48803234, 0x7C1105F7, 0x61F21C8D, 0x6BF64813

OWN = [
    [NOTHING, {}],
    [SMALL, {1: 5, 2: 1.5}],
    [INT, {1: 1700000000000}],
    [TEXT, {1: "Grüße"}],
    [BYTES, {1: b"\x00\xff"}],
    [INTS, {1: [1, -2, 3]}],
    [OPT, {1: None, 3: "a", 7: True}],
    [OPT, {6: {1: 1, 2: 2}}],
    [OPT, {11: [CIRCLE, {1: {1: 1, 2: 2}, 2: 0.5}]}],
]

if sys.argv[1] == "own":
    for message in OWN:
        print(msgpack.packb(message).hex())
else:
    for line in sys.stdin:
        print(msgpack.packb(msgpack.unpackb(bytes.fromhex(line), strict_map_key=False)).hex())
