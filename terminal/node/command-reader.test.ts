import { expect, it } from "vitest";
import { connectsFirst, readsCommands } from "./command-reader.js";

it.each([
  "bash",
  "-bash",
  "/bin/zsh -f",
  "bash --rcfile FILE -x",
  "bash -o posix +O extglob",
  "rbash",
  "busybox sh -l",
  "python3.11 -q",
  "python3 -i script.py",
  "node",
  "bc -l",
  "ssh learner@host",
  "ssh -p 22 -i key -vv host",
  "ssh -t host bash -l",
  "sudo -u root -i",
  "sudo su -",
  "su - learner",
  "su -c bash learner",
  "script -q log",
  "script -c bash log",
  "kubectl exec -it web -- sh",
  "kubectl exec -it web -- psql",
  "kubectl run -it --rm x --image=busybox",
  "docker exec -it web bash",
  "podman run --interactive alpine",
  "psql -U x shop",
  "sqlite3 shop.db",
  "redis-cli -h host -p 1",
  "tmux",
  "tmux -L x attach -t one",
  "screen -r",
  "gdb program",
  "mysql shop",
])("%s reads commands", (line) => {
  expect(readsCommands(line.split(" "))).toBe(true);
});

it.each([
  "",
  "make",
  "bash script.sh",
  "bash -xc make",
  "sh -ec make",
  "bash --norc -o posix script.sh",
  "busybox",
  "busybox vi file",
  "python3 script.py",
  "python3 -m http.server",
  "node -e 1",
  "ssh host make test",
  "ssh -p 22 host -- make",
  "sudo -u root make",
  "sudo bash script.sh",
  "su -c make learner",
  "runuser --command=make learner",
  "script -qec make log",
  "kubectl get pods -w",
  "kubectl logs -f web",
  "kubectl exec web -- sh",
  "kubectl exec -it web -- sh -c make",
  "docker run image",
  "psql -c select",
  "psql -U x -f file",
  "sqlite3 shop.db select",
  "redis-cli -h host ping",
  "tmux ls",
  "tmux new -d -s one",
  "screen -dmS one",
  "gdb -batch program",
  "constructor",
])("%j reads none", (line) => {
  expect(readsCommands(line.split(" "))).toBe(false);
});

it("a command that names itself without end reads none", () => {
  expect(readsCommands(Array.from({ length: 10_000 }, () => "sudo"))).toBe(false);
});

it("what is on another machine is waited for", () => {
  expect(["ssh", "kubectl", "bash"].map(connectsFirst)).toEqual([true, true, false]);
});
