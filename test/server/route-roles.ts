/** Who asks, in the walk over all routes; all but the first two are about one event and one session of it. */
export const ASKERS = [
  "nobody",
  "another learner",
  "helper of others",
  "instructor of others",
  "learner",
  "teacher by a platform",
  "helper",
  "instructor named as helper",
  "instructor named",
  "owner",
  "operator",
] as const;
export type Asker = (typeof ASKERS)[number];

const HELPERS_HERE = [
  "helper",
  "instructor named as helper",
  "instructor named",
  "owner",
  "operator",
] as const;
const HELPERS = ["teacher by a platform", ...HELPERS_HERE] as const;
const INSTRUCTORS = ["instructor named", "owner", "operator"] as const;
const OTHERS = ["helper of others", "instructor of others"] as const;

/** Whom a route lets in, by what is said of it below. */
export const LETS_IN = {
  /** Whoever asks; what they ask may be nonsense, or bring a proof of its own. */
  anybody: ASKERS,
  /** Who has opened the event's link. */
  "who has the event's link": ["learner"],
  helpers: [...HELPERS, ...OTHERS],
  /** Who has a role in all of it, and was not sent by a platform to look after one event. */
  "helpers of the installation": [...HELPERS_HERE, ...OTHERS],
  instructors: [...INSTRUCTORS, "instructor named as helper", "instructor of others"],
  operators: ["operator"],
  "helpers of the event": HELPERS,
  "instructors of the event": INSTRUCTORS,
  "its owner": ["owner", "operator"],
  "who sees the session": ["learner", ...HELPERS],
  "its learner": ["learner"],
  "who ends the session": ["learner", ...INSTRUCTORS],
  /** Shells and programs by a token of their own; no page is one. */
  "a shell": [],
  /** Pictures and slides of the lab, by the key in their address. */
  "who has the key": [],
} as const satisfies Record<string, readonly Asker[]>;

type Rule = [route: RegExp, letsIn: keyof typeof LETS_IN];

/** The first that fits a route, as `METHOD path` with the names of parameters, says who may; a route that none fits fails the walk. */
export const RULES: Rule[] = [
  [/^GET \/(api\/account|api\/labs|livez|healthz|readyz|sign-in|index\.html|instructor|)$/, "anybody"],
  [/^GET \/((s|e|instructor)\/)?\*path$/, "anybody"],
  [/^POST \/api\/(sign-in\/(begin|finish)|sign-out|start-admission|instructor\/login|sessions)$/, "anybody"],
  [/^POST \/api\/(sessions\/:id|events\/:name)\/admission$/, "anybody"],
  // Platforms, and whom they send: by what they have signed.
  [/^(GET|POST) \/(lti\/(keys|login|launch)|api\/lti\/enter|launch)$/, "anybody"],
  [/ \/api\/events\/:name/, "who has the event's link"],
  [/ \/v1alpha1\//, "a shell"],
  [/^GET \/api\/sessions\/:id\/(files\/|slides\/)/, "who has the key"],

  [/ \/api\/instructor\/tokens/, "operators"],
  [/^GET \/(metrics|api\/instructor\/(start-link|recordings|kept-recordings))$/, "instructors"],
  [/^POST \/api\/instructor\/(sessions|workshop-events)$/, "instructors"],
  [/^GET \/api\/instructor\/(sessions|events|screens|workshop-events)$/, "helpers"],
  [/^GET \/api\/instructor\/(labs|pools|disk|confinement)$/, "helpers of the installation"],

  [/^POST \/api\/instructor\/orders$/, "instructors of the event"],
  [/^GET \/api\/instructor\/recordings\/:session(\/:name)?$/, "instructors of the event"],
  [/^(GET|DELETE) \/api\/instructor\/kept-recordings\/:kept/, "instructors of the event"],
  [/^PUT \/api\/instructor\/workshop-events\/:name\/staff$/, "its owner"],
  [/^GET \/api\/instructor\/workshop-events\/:name/, "helpers of the event"],
  [/ \/api\/instructor\/workshop-events\/:name/, "instructors of the event"],
  [/ \/api\/instructor\/sessions\/:id\/(extend|help|help\/taker|guest)$/, "helpers of the event"],
  [/ \/api\/instructor\/sessions\/:id/, "instructors of the event"],

  [/^DELETE \/api\/sessions\/:id$/, "who ends the session"],
  [/^GET \/api\/sessions\/:id\/tmc\//, "who sees the session"],
  [/^POST \/api\/sessions\/:id\/tmc\/.*\/image-policies\/(explain|preview)$/, "who sees the session"],
  [/ \/api\/sessions\/:id\/tmc\//, "who ends the session"],
  [/^GET \/api\/sessions\/:id\/(archive|notes|recordings(\/:name)?)$/, "its learner"],
  [/^GET \/api\/sessions\/:id/, "who sees the session"],
  [
    /^POST \/api\/sessions\/:id\/(extend|ingresses\/:name\/address|terminals\/:name\/ticket)$/,
    "who sees the session",
  ],
  [/^POST \/api\/sessions\/:id\/pages\/:page\/steps\/:step\/hints\/:hint$/, "who sees the session"],
  [/ \/api\/sessions\/:id\//, "its learner"],
];

/** Ends what the walk is about, or closes somebody out: asked by those who may not, and at the end by one who may. */
export const ENDS_IT =
  /^(DELETE \/api\/instructor\/(sessions\/:id|workshop-events\/:name)|DELETE \/api\/(sessions\/:id|instructor\/kept-recordings\/:kept)|POST \/api\/instructor\/sessions\/:id\/revoke-link|POST \/api\/sign-out)$/;
