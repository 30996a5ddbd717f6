# What the cases of kv share: a kv of their own, RESP, and a verdict. SPDX-License-Identifier: MIT
import atexit
import os
import re
import socket
import subprocess
import sys
import tempfile
import time


def verdict(is_right, seen):
    """Prints what was seen and ends."""
    print(("right: " if is_right else "wrong: ") + seen)
    sys.exit(0 if is_right else 1)


class Kv:
    """A kv on a free port, until the case ends."""

    def __init__(self, *options):
        self.log_file = tempfile.TemporaryFile()
        command = [os.environ["KV"], "--port", "0", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log_file)
        atexit.register(self.stop)
        line = self.process.stdout.readline().decode()
        self.port = int(re.search(r"port (\d+)", line).group(1))

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def has_logged(self, text, seconds=20):
        """Whether it says so in the time: a thread of its own writes the log."""
        end = time.monotonic() + seconds
        file = self.log_file.fileno()  # its offset is kv's, too, and stays
        while text not in os.pread(file, os.fstat(file).st_size, 0).decode():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True


def request(*words):
    """A command as clients send it."""
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(out)


class Refused(Exception):
    """An error reply."""


class Client:
    """A connection; a call sends a command and reads its reply."""

    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.file = self.socket.makefile("rb")

    def __call__(self, *words):
        self.socket.sendall(request(*words))
        return self.read()

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(line)
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return Refused(rest.decode())
        if kind == b":":
            return int(rest)
        if int(rest) < 0:
            return None
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2]
        return [self.read() for _ in range(int(rest))]

    def rest(self):
        """All that comes until the other side ends, which a reset may do."""
        out = b""
        try:
            while True:
                more = self.socket.recv(1 << 16)
                if not more:
                    return out
                out += more
        except ConnectionResetError:
            return out
