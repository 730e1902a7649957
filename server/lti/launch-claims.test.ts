import { expect, it } from "vitest";
import { launchOf } from "./launch-claims.js";
import type { LtiPlatform } from "./lti-config.js";

const CLAIM = "https://purl.imsglobal.org/spec/lti/claim/";
const MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const platform: LtiPlatform = {
  name: "Our school",
  issuer: "https://school.example",
  client: "lectern",
  deployments: ["one"],
  authorize: "https://school.example/authorize",
  token: "https://school.example/token",
  keys: "https://school.example/keys",
  origins: [],
  owner: "anna",
  days: 1,
  minutes: 60,
};

it.each([
  [true, [`${MEMBERSHIP}#Instructor`]],
  [true, ["Instructor"]],
  [true, [`${MEMBERSHIP}#Learner`, `${MEMBERSHIP}#ContentDeveloper`]],
  [false, [`${MEMBERSHIP}#Learner`]],
  // Of the whole school, not of this course.
  [false, ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]],
  // Parents who look on at their child are no one to all the others.
  [false, [`${MEMBERSHIP}#Mentor`]],
  [false, ["Mentor", `${MEMBERSHIP}#Learner`]],
  // Whose words only end alike.
  [false, ["https://elsewhere.example/membership#Instructor"]],
  [false, []],
])("says that somebody teaches (%s) in the roles %j", (teaches, roles) => {
  const launch = launchOf(platform, {
    sub: "1",
    [`${CLAIM}message_type`]: "LtiResourceLinkRequest",
    [`${CLAIM}version`]: "1.3.0",
    [`${CLAIM}deployment_id`]: "one",
    [`${CLAIM}target_link_uri`]: "https://lectern.example/?lab=first",
    [`${CLAIM}resource_link`]: { id: "link" },
    [`${CLAIM}roles`]: roles,
  });
  expect(launch.teaches).toBe(teaches);
});

it("says which claim a launch lacks in words that its platform's settings have", () => {
  expect(() => launchOf(platform, { sub: "1" })).toThrow(
    'The launch of Our school is none that can be used: the claim "message_type" is not as LTI 1.3 has it. Whoever looks after that platform can see to what it sends to tools.',
  );
  const launch = {
    sub: "1",
    [`${CLAIM}message_type`]: "LtiResourceLinkRequest",
    [`${CLAIM}version`]: "1.3.0",
    [`${CLAIM}deployment_id`]: "one",
    [`${CLAIM}target_link_uri`]: "https://lectern.example/",
    [`${CLAIM}resource_link`]: { id: "link" },
  };
  expect(() => launchOf(platform, launch)).toThrow('the claim "roles" is missing.');
});
