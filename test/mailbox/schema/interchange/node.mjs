// An object's keys are texts, and integers from 2^32 on are written as floats: @msgpack/msgpack and msgpackr.
// SPDX-License-Identifier: MIT
import * as readline from 'node:readline';

const [library, verb] = process.argv.slice(2);
const { encode, decode } = library === 'msgpackr'
    ? await import('msgpackr').then(({ pack, unpack }) => ({ encode: pack, decode: unpack }))
    : await import('@msgpack/msgpack');

const NOTHING = 0x69a40fd3, SMALL = 0x68a468a6, INT = 0x48034d30, TEXT = 0x61a3ab9b;
const BYTES = 0x48803234, INTS = 0x7c1105f7, OPT = 0x61f21c8d, CIRCLE = 0x6bf64813;

const own = [
    [NOTHING, {}],
    [SMALL, { 1: 5, 2: 1.5 }],
    [INT, { 1: 1700000000000 }],
    [TEXT, { 1: 'Grüße' }],
    [BYTES, { 1: Uint8Array.of(0, 255) }],
    [INTS, { 1: [1, -2, 3] }],
    [OPT, { 1: null, 3: 'a', 7: true }],
    [OPT, { 6: { 1: 1, 2: 2 } }],
    [OPT, { 11: [CIRCLE, { 1: { 1: 1, 2: 2 }, 2: 0.5 }] }],
];

const show = (message) => console.log(Buffer.from(encode(message)).toString('hex'));

if (verb === 'own')
    own.forEach(show);
else
    for await (const line of readline.createInterface({ input: process.stdin }))
        show(decode(Buffer.from(line, 'hex')));
