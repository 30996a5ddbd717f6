#!/bin/sh
# What we encode, Python's msgpack reads, and what that writes, we read: the same messages.
# SPDX-License-Identifier: MIT
top=${top_srcdir:-$(dirname "$0")/../../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
us=$PWD/test/mailbox/schema/interchange

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import msgpack' 2>/dev/null; then python=$candidate; fi
done
if [ -z "$python" ]; then
    tap_skip "messages go through another implementation" "msgpack for Python is missing (Debian package: python3-msgpack)"
    tap_end
fi

"$us" write 500 >"$work/ours" || exit 99
cut -d ' ' -f 1 "$work/ours" >"$work/hex"
cut -d ' ' -f 2- "$work/ours" >"$work/expected"

# Unpacked and packed again. Texts are any bytes here, which Python keeps with surrogateescape.
"$python" - "$work/hex" >"$work/theirs" 2>"$work/why" <<'EOF'
import msgpack, sys
for line in open(sys.argv[1]):
    it = msgpack.unpackb(bytes.fromhex(line), raw=False, strict_map_key=False, unicode_errors="surrogateescape")
    assert isinstance(it, list) and len(it) == 2 and isinstance(it[1], dict)
    print(msgpack.packb(it, unicode_errors="surrogateescape").hex())
EOF
tap $? "Python's msgpack reads what we encode" "$work/why"
"$us" read <"$work/theirs" >"$work/got"
diff "$work/expected" "$work/got" >"$work/why"
tap $? "we read what Python's msgpack writes: the same 500 messages" "$work/why"

# One that only Python has made, with a field that we do not know.
"$python" - >"$work/theirs" <<'EOF'
import msgpack
tag = 0x67fe597e  # of zoo_optional
print(msgpack.packb([tag, {4: "Grüße", 2: -5, 99: {"x": [1, None, 2.5]}, 6: [1, 2**40], 7: {1: 3, 2: 4}, 5: b"\x00\xff"}]).hex())
EOF
"$us" read <"$work/theirs" >"$work/got"
echo '{"zoo_optional":{"number":-5,"text":"Grüße","bytes":"AP8=","list":[1,1099511627776],"point":{"x":3,"y":4}}}' >"$work/expected"
diff "$work/expected" "$work/got" >"$work/why"
tap $? "a message that only Python has made is read" "$work/why"
tap_end
