# While a shard crashes each INCR has one answer, and TRYAGAIN means not done.
# SPDX-License-Identifier: MIT
import socket
import threading
import time

from kvlib import Client, Kv, Refused, verdict

CLIENTS, CRASHERS, SECONDS = 6, 2, 5

kv = Kv("--shards", "1")
end = time.monotonic() + SECONDS
done, refused, crashes = [0] * CLIENTS, [0] * CLIENTS, [0] * CRASHERS
waiting, other = [], []


def is_try_again(reply):
    return isinstance(reply, Refused) and str(reply).startswith("TRYAGAIN")


def crash(i):
    client = Client(kv.port, 60)
    while time.monotonic() < end:
        crashes[i] += is_try_again(client("DEBUG", "PANIC", "n"))


def count(i):
    client = Client(kv.port)
    try:
        while time.monotonic() < end:
            reply = client("INCR", "n")
            if isinstance(reply, int):
                done[i] += 1
            elif is_try_again(reply):
                refused[i] += 1
            else:
                other.append(reply)
    except socket.timeout:
        waiting.append(i)


threads = [threading.Thread(target=crash, args=(i,)) for i in range(CRASHERS)]
threads += [threading.Thread(target=count, args=(i,)) for i in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
value = int(Client(kv.port)("GET", "n") or 0)
verdict(
    value == sum(done) and min(crashes) > 0 and not waiting and not other,
    "%d crashes; %d done, %d TRYAGAIN, the counter is %d; %d of %d clients wait; other replies: %s"
    % (sum(crashes), sum(done), sum(refused), value, len(waiting), CLIENTS, other[:3]))
