-- lua-MessagePack: a table 1..n is written as an array, an empty one too. SPDX-License-Identifier: MIT
local mp = require 'MessagePack'
local NOTHING, SMALL, INT, TEXT = 0x69a40fd3, 0x68a468a6, 0x48034d30, 0x61a3ab9b
local BYTES, INTS, OPT, CIRCLE = 0x48803234, 0x7c1105f7, 0x61f21c8d, 0x6bf64813

local own = {
    {NOTHING, {}},
    {SMALL, {5, 1.5}},
    {INT, {1700000000000}},
    {TEXT, {'Grüße'}},
    {BYTES, {'\0\255'}},
    {INTS, {{1, -2, 3}}},
    {OPT, {[3] = 'a', [7] = true}},
    {OPT, {[6] = {1, 2}}},
    {OPT, {[11] = {CIRCLE, {{1, 2}, 0.5}}}},
}

local function hex(bytes)
    return (bytes:gsub('.', function(c) return string.format('%02x', c:byte()) end))
end

if arg[1] == 'own' then
    for _, message in ipairs(own) do print(hex(mp.pack(message))) end
else
    for line in io.lines() do
        local bytes = line:gsub('%x%x', function(two) return string.char(tonumber(two, 16)) end)
        print(hex(mp.pack(mp.unpack(bytes))))
    end
end
