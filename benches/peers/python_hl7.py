"""Messages a second that python-hl7 decodes and splits: python_hl7.py STORAGE. The best of several runs."""
import pathlib
import sys
import time

import hl7

messages = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")) if path.is_file()]
messages = [message for message in messages if message.startswith(b"MSH")]
best = float("inf")
for _ in range(5):
    began = time.perf_counter()
    for message in messages:
        hl7.parse(message.decode("iso2022_jp", "replace"))
    best = min(best, time.perf_counter() - began)
print(len(messages) / best)
