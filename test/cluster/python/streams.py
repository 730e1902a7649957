"""What a program with the Python client does with pods: prints a JSON object of answers by name, of which all are the same on every cluster."""

import io
import json
import re
import sys
import tarfile
import threading
import time

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

KUBECONFIG, NAMESPACE = sys.argv[1:3]
DEADLINE_S = 60
RESIZE_CHANNEL = 4

config.load_kube_config(KUBECONFIG)
core = client.CoreV1Api()


def asked(line=None, *, name="it", command=None, **more):
    options = {"stdin": False, "stdout": True, "stderr": True, "tty": False, "container": "main", **more}
    words = command or ["sh", "-c", line]
    return stream(core.connect_get_namespaced_pod_exec, name, NAMESPACE, command=words, **options)


def begun(line=None, **more):
    return asked(line, _preload_content=False, **more)


def ended(running):
    running.run_forever(timeout=DEADLINE_S)
    return [running.read_stdout(timeout=1), running.read_stderr(timeout=1), running.returncode]


def refused(work):
    try:
        work()
    except ApiException as error:
        # Of an upgrade that is refused the client tells headers, which are the server's own.
        told = re.search(r"\{\"kind\".*\}", error.reason)
        return [error.status, json.loads(told[0])["message"] if told else error.reason]
    return "was done"


def with_input():
    running = begun("read one; read two; echo $two $one", stdin=True)
    running.write_stdin("first\n")
    running.write_stdin("second\n")
    return ended(running)


def line_by_line():
    running = begun("while read -r line; do echo got $line; done", stdin=True)
    answers = []
    for word in ["a", "b"]:
        running.write_stdin(word + "\n")
        answers.append(running.readline_stdout(timeout=DEADLINE_S))
    running.close()
    return answers


def on_terminal():
    running = begun("until [ \"$(stty size 2>/dev/null)\" = '17 91' ]; do sleep 0.1; done; stty size", tty=True)
    running.write_channel(RESIZE_CHANNEL, json.dumps({"Height": 17, "Width": 91}))
    return ended(running)


def copied_in():
    """As the client's example of a copy does it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, size in [("a", 3), ("big", 300_000)]:
            entry = tarfile.TarInfo(name)
            entry.size = size
            tar.addfile(entry, io.BytesIO(b"x" * size))
    running = begun(command=["tar", "xf", "-", "-C", "/tmp"], stdin=True, binary=True)
    running.write_stdin(archive.getvalue())
    # It cannot say that its input is over, for which tar waits.
    deadline = time.monotonic() + DEADLINE_S
    while (sizes := asked("wc -c </tmp/a; wc -c </tmp/big")) != "3\n300000\n" and time.monotonic() < deadline:
        time.sleep(0.5)
    running.close()
    return sizes


def bytes_out():
    running = begun("printf '\\377\\000\\001'", binary=True)
    running.run_forever(timeout=DEADLINE_S)
    return list(running.read_stdout(timeout=1))


def forwarded():
    forward = portforward(core.connect_get_namespaced_pod_portforward, "it", NAMESPACE, ports="8080,8081")
    answers = []
    for port in (8080, 8081):
        web = forward.socket(port)
        web.setblocking(True)
        web.settimeout(DEADLINE_S)
        web.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        answer = b""
        # Neither side of this protocol can say that it sends no more.
        while not answer.endswith(b"page\n"):
            answer += web.recv(1024) or b"it ended: page\n"
        answers.append([answer.split(b"\r\n")[0].decode(), answer.split(b"\r\n\r\n")[1].decode(), forward.error(port)])
    return answers


def forwarded_to_nobody():
    forward = portforward(core.connect_get_namespaced_pod_portforward, "it", NAMESPACE, ports="81")
    nobody = forward.socket(81)
    nobody.settimeout(DEADLINE_S)
    read = nobody.recv(1024)
    return [read.decode(), (forward.error(81) or "").startswith("error forwarding port 81 to pod")]


def followed():
    lines = []
    for line in watch.Watch().stream(
        core.read_namespaced_pod_log, name="it", namespace=NAMESPACE, container="main", follow=True
    ):
        lines.append(line)
        if len(lines) == 2:
            break
    return lines


def watched():
    """Changes of one pod, after a watch that was ended by its time."""
    own = {"namespace": NAMESPACE, "field_selector": "metadata.name=it"}
    version = core.list_namespaced_pod(**own).metadata.resource_version
    seen = []
    for turn in ("one", "two"):
        change = threading.Timer(
            1, core.patch_namespaced_pod, ["it", NAMESPACE, {"metadata": {"labels": {"turn": turn}}}]
        )
        change.start()
        watching = watch.Watch()
        for event in watching.stream(
            core.list_namespaced_pod, **own, resource_version=version, timeout_seconds=DEADLINE_S
        ):
            version = event["object"].metadata.resource_version
            seen.append([event["type"], event["object"].metadata.labels.get("turn")])
            if seen[-1][1] == turn:
                break
        change.join()
    return seen


def not_there():
    running = begun(command=["/none/at/all"])
    running.run_forever(timeout=DEADLINE_S)
    try:
        return running.returncode
    except ValueError:
        # It takes why a program did not run, in words of a runtime, for the number of its end.
        return "no number"


def attached():
    running = stream(
        core.connect_get_namespaced_pod_attach, "talk", NAMESPACE, container="main",
        stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False,
    )
    running.write_stdin("word\n")
    return running.readline_stdout(timeout=DEADLINE_S)


SCENARIOS = {
    "both outputs of a command, as one text": lambda: "".join(sorted(asked("echo out; echo wrong >&2"))),
    "a command, its outputs and its status": lambda: ended(begun("echo out; echo wrong >&2; exit 3")),
    "a command that succeeds": lambda: ended(begun("true")),
    "a command that a signal ends": lambda: ended(begun("kill -9 $$")),
    "a command with its input": with_input,
    "a command that is answered line by line": line_by_line,
    "a command on a terminal of a size": on_terminal,
    "a command with bytes that are no text": bytes_out,
    "a command with much output": lambda: len(asked("head -c 3000000 /dev/zero | tr '\\0' y")),
    "an archive that is copied in": copied_in,
    "a pod that is not there": lambda: refused(lambda: asked("true", name="none")),
    "a container that is not there": lambda: refused(lambda: asked("true", container="none")),
    "a program that is not there": not_there,
    "pages through forwarded ports": forwarded,
    "a forwarded port at which nobody listens": forwarded_to_nobody,
    "a log that is followed": followed,
    "a log that is none": lambda: refused(
        lambda: core.read_namespaced_pod_log("it", NAMESPACE, container="main", previous=True)
    ),
    "a watch that goes on where another ended": watched,
    "a container that is attached to": attached,
}


def answer(scenario):
    try:
        return scenario()
    except Exception as error:  # What a client throws is an answer, too.
        return f"{type(error).__name__}: {error}"


answers = {name: answer(scenario) for name, scenario in SCENARIOS.items()}
json.dump(answers, sys.stdout)
