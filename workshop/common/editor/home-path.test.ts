import { expect, it } from "vitest";
import { homePath } from "./home-path.js";

it.each([
  ["~/a/b.yaml", "a/b.yaml"],
  ["$HOME/a", "a"],
  ["${HOME}/a", "a"],
  ["/home/eduk8s/exercises/a.sh", "exercises/a.sh"],
  ["./a//b/", "a/b"],
  ["a/../b", "b"],
  [".kube/config", ".kube/config"],
  ["~user", "~user"],
  ["", undefined],
  ["~", undefined],
  ["~/", undefined],
  ["..", undefined],
  ["a/../../b", undefined],
  ["/etc/passwd", undefined],
  ["/home/eduk8sx/a", undefined],
  ["a\0b", undefined],
])("%j names %j of the home", (written, path) => {
  expect(homePath(written)).toBe(path);
});
