"""An adapter that does whatever its arguments and its tokens tell it to, for tests/exec.rs and tests/protocol.rs. Standard
library only.

    misbehave.py PIDS [HOW]     appends its process id to the file PIDS

HOW is how it behaves as a whole, a token is what happens when it is asked about: see below.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

pids, how = sys.argv[1], (sys.argv[2:] or [""])[0]
LOG = "WARNING: this is a log line\n"
TRACE = "Traceback (most recent call last):\nRuntimeError: on the wrong stream\n"
with open(pids, "a") as file:
    file.write("%d\n" % os.getpid())

dying = []          # the exit status, once the last answer is written


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
    elif command == "trace":
        say(TRACE)
        time.sleep(0.1)
        os._exit(1)
    elif command == "unasked":
        threading.Timer(0.2, say, [verdict({"id": 99}, accepted=True)]).start()
    elif command == "later-death":
        threading.Timer(0.2, os._exit, [6]).start()
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
    elif command in BREACHES:
        return BREACHES[command](message, plain)
    elif command == "late-death":
        dying.append(4)
    return plain


def under(number):
    """The answer under an id made from the right one."""
    return lambda message, plain: plain.replace('"id": %d' % message["id"], '"id": ' + number(message["id"]))


BREACHES = {
    "ahead": under(lambda number: str(number + 1)),
    "before": under(lambda number: "3"),
    "text-id": under(lambda number: '"%d"' % number),
    "fraction-id": under(lambda number: "%d.5" % number),
    "stranger": lambda message, plain: verdict({"id": 999999999}, accepted=True),
    "no-id": lambda message, plain: '{"type": "verdict", "accepted": true}\n',
    "text-accepted": lambda message, plain: verdict(message, accepted="true"),
    "no-accepted": lambda message, plain: verdict(message),
    "both": lambda message, plain: '{"type":"verdict","id":%d,"accepted":false,"accepted":true}\n' % message["id"],
    "ready": lambda message, plain: json.dumps({"type": "ready", "id": message["id"]}) + "\n",
    "garbage": lambda message, plain: LOG + plain,
    "replaced": lambda message, plain: LOG,
    "control": lambda message, plain: "\x1b[2J red \u202e\n",
    "left-out": lambda message, plain: "",
    "twice": lambda message, plain: plain + plain,
}


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
    if how == "garbage-again" and open(pids).read().count("\n") > 1:
        say("Restored after a crash\n")
    if how == "trace":
        say(TRACE)
        sys.exit(1)
    if how == "verdict":
        say(verdict({"id": 1}, accepted=True))
    if how == "silent":
        time.sleep(1000)
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how == "grandchild":
        child = subprocess.Popen(["sleep", "1000"])     # it holds our pipes open
        with open(pids, "a") as file:
            file.write("%d\n" % child.pid)
    asked, most = 0, int(how.partition(":")[2]) if how.startswith("ends-after:") else 1 << 60
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
            if asked > most:
                for text in answers:
                    say(text)
                os._exit(5)
            if how == "count":
                answers.append(verdict(message, accepted=False, error=str(asked)))
                continue
            answers.append(answer(message))
            if dying or how == "prompt":
                for text in answers:
                    say(text)
                answers = []
            if dying:
                time.sleep(0.02)
                os._exit(dying[0])
            if how == "slow":
                time.sleep(0.03)
        if how == "reverse":
            answers.reverse()
        for text in answers:
            say(text)
    if how == "stubborn":
        time.sleep(1000)


main()
