import { describeLimits } from "./limits-suite.js";
import { startTestPlatform } from "./test-platform.js";

describeLimits("a learner of the embedded cluster", () => startTestPlatform());
