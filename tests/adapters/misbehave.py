"""An adapter that does whatever its arguments and its tokens tell it to, for tests/exec.rs. Standard library only.

    misbehave.py PIDS [HOW]     appends its process id to the file PIDS

HOW is how it behaves as a whole, a token is what happens when it is asked about: see below.
"""
import json
import os
import signal
import subprocess
import sys
import time

pids, how = sys.argv[1], (sys.argv[2:] or [""])[0]
with open(pids, "a") as file:
    file.write("%d\n" % os.getpid())


def say(text):
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    while data:
        data = data[os.write(1, data):]


def verdict(message, **members):
    return json.dumps(dict(members, type="verdict", id=message["id"])) + "\n"


def answer(message):
    token = message["token"]
    command, _, argument = token.partition(":")
    plain = verdict(message, accepted=False, error="saw %d: %s" % (len(token), token[:40]))
    if command == "die":
        sys.stderr.write("some log\nRuntimeError: last words\n")
        sys.stderr.flush()
        os._exit(3)
    elif command == "abort":
        os.abort()
    elif command == "hang":
        time.sleep(1000)
    elif command == "garbage":
        return "WARNING: this is a log line\n" + plain
    elif command == "twice":
        return plain + plain
    elif command == "stranger":
        return verdict({"id": 999999999}, accepted=True)
    elif command == "flood":
        while True:
            say("x" * 65536)
    elif command == "blank":
        return "\n" * int(argument) + plain
    elif command == "claims":
        return '{"type":"verdict","id":%d,"accepted":true,"claims":%s}\n' % (message["id"], argument)
    elif command == "bytes":
        return b'{"type":"verdict","id":%d,"accepted":true,"claims":{"a":"\xff\xfe"}}\n' % message["id"]
    elif command == "big":
        return verdict(message, accepted=True, claims={"a": "x" * int(argument)})
    elif command == "stderr":
        sys.stderr.write("log\n" * (int(argument) // 4))
        sys.stderr.flush()
    elif command == "late-death":
        say(plain)
        time.sleep(0.02)
        os._exit(4)
    return plain


def batches():
    """All whole lines of a chunk, so that nothing is answered before all of them are."""
    rest = b""
    for chunk in iter(lambda: os.read(0, 1 << 16), b""):
        *lines, rest = (rest + chunk).split(b"\n")
        yield [json.loads(line) for line in lines]


def main():
    if how == "exit":
        sys.stderr.write("ModuleNotFoundError: No module named 'jwt'\n")
        sys.exit(1)
    if how == "garbage":
        say("Listening on port 8080 " + "." * 1000 + "\n")
    if how == "silent":
        time.sleep(1000)
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how == "grandchild":
        child = subprocess.Popen(["sleep", "1000"])     # it holds our pipes open
        with open(pids, "a") as file:
            file.write("%d\n" % child.pid)
    asked = 0
    for messages in batches():
        answers = []
        for message in messages:
            if message["type"] == "configure":
                again = how == "once" and open(pids).read().count("\n") > 1
                answers.append(json.dumps({"type": "unsupported", "reason": "not again"} if again else
                                          {"type": "unsupported", "reason": "no %s here" % message["algorithm"]}
                                          if message["algorithm"] == "ES384" else
                                          {"type": "ready", "name": "misbehave", "version": "1.0"}) + "\n")
                continue
            asked += 1
            if how == "fragile" and asked == 10:
                os._exit(5)
            answers.append(answer(message))
            if how == "slow":
                time.sleep(0.03)
        if how == "reverse":
            answers.reverse()
        for text in answers:
            say(text)
    if how == "stubborn":
        time.sleep(1000)


main()
