import { expect, it } from "vitest";
import { type ServeConfig, defaultPodShells } from "../config.js";
import { originRules } from "./origin-rules.js";
import { checkHost } from "./same-origin.js";

const config: ServeConfig = {
  port: 8080,
  host: "0.0.0.0",
  data: "/data",
  labs: [],
  labVariables: {},
  maxSessions: 1,
  logLevel: "warn",
  logTo: "stdout",
  keepRecordings: false,
  publicUrl: "https://labs.example.org/",
};

it("answers programs in pods by the name that the operator tells them, and by no other of its cluster", () => {
  const rules = originRules({ ...config, pods: { ...defaultPodShells, url: "http://lectern.labs.svc/" } });
  const asked = (host: string) => () => checkHost({ headers: { host }, method: "GET", socket: {} }, rules);
  expect(asked("lectern.labs.svc")).not.toThrow();
  expect(asked("lectern.labs.svc:80")).not.toThrow();
  expect(asked("lectern.other.svc")).toThrow(expect.objectContaining({ code: "SERVER_CROSS_SITE" }));
});
