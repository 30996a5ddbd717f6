# Nothing is executed of an HTTP request; the connection ends. SPDX-License-Identifier: MIT
from kvlib import Client, Kv, verdict

REQUESTS = {
    "POST": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET taken yes\r\nQUIT\r\n",
    "Host": b"GET /x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nSET taken yes\r\n",
}

kv = Kv()
seen = []
for name, request in REQUESTS.items():
    client = Client(kv.port)
    client.socket.sendall(request)
    rest = client.rest()  # ends by itself, or TimeoutError
    seen.append("%s: %r" % (name, rest.decode()))
value = Client(kv.port)("GET", "taken")
verdict(value is None, "the connections end, with %s; the key is %r" % (", ".join(seen), value))
