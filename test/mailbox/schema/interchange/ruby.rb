# Ruby's msgpack. SPDX-License-Identifier: MIT
require 'msgpack'

NOTHING, SMALL, INT, TEXT = 0x69a40fd3, 0x68a468a6, 0x48034d30, 0x61a3ab9b
BYTES, INTS, OPT, CIRCLE = 0x48803234, 0x7c1105f7, 0x61f21c8d, 0x6bf64813

own = [
  [NOTHING, {}],
  [SMALL, { 1 => 5, 2 => 1.5 }],
  [INT, { 1 => 1_700_000_000_000 }],
  [TEXT, { 1 => 'Grüße' }],
  [BYTES, { 1 => "\x00\xff".b }],
  [INTS, { 1 => [1, -2, 3] }],
  [OPT, { 1 => nil, 3 => 'a', 7 => true }],
  [OPT, { 6 => { 1 => 1, 2 => 2 } }],
  [OPT, { 11 => [CIRCLE, { 1 => { 1 => 1, 2 => 2 }, 2 => 0.5 }] }]
]

if ARGV[0] == 'own'
  own.each { |message| puts message.to_msgpack.unpack1('H*') }
else
  $stdin.each_line { |line| puts MessagePack.unpack([line.strip].pack('H*')).to_msgpack.unpack1('H*') }
end
