#!/usr/bin/env node
import "../dist/server/cli/tmc.js";
