import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../common/tokens.css";
import "../common/base.css";
import "../common/controls.css";
import "../common/content.css";
import "../common/overlays.css";
import "./parts/icon.css";
import { App } from "./app.js";
import { watchForLinks } from "./store/admission.js";
import { createQueryClient } from "./store/query-client.js";
import { applyRememberedTheme } from "./store/theme.js";

applyRememberedTheme();
watchForLinks();
const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={createQueryClient()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
