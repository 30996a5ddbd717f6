<?php
// PHP's msgpack: an array whose keys are 0, 1, 2 is written as an array, an empty one too.
// SPDX-License-Identifier: MIT
const NOTHING = 0x69a40fd3, SMALL = 0x68a468a6, INT = 0x48034d30, TEXT = 0x61a3ab9b;
const BYTES = 0x48803234, INTS = 0x7c1105f7, OPT = 0x61f21c8d, CIRCLE = 0x6bf64813;

$own = [
    [NOTHING, []],
    [SMALL, [1 => 5, 2 => 1.5]],
    [INT, [1 => 1700000000000]],
    [TEXT, [1 => 'Grüße']],
    [BYTES, [1 => "\x00\xff"]],
    [INTS, [1 => [1, -2, 3]]],
    [OPT, [1 => null, 3 => 'a', 7 => true]],
    [OPT, [6 => [1 => 1, 2 => 2]]],
    [OPT, [11 => [CIRCLE, [1 => [1 => 1, 2 => 2], 2 => 0.5]]]],
];

if ($argv[1] == 'own') {
    foreach ($own as $message) {
        echo bin2hex(msgpack_pack($message)), "\n";
    }
} else {
    while (($line = fgets(STDIN)) !== false) {
        echo bin2hex(msgpack_pack(msgpack_unpack(hex2bin(trim($line))))), "\n";
    }
}
