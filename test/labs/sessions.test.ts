import { describeSessions } from "./sessions-suite.js";
import { startTestPlatform } from "./test-platform.js";

describeSessions("a session on the embedded cluster", () => startTestPlatform());
