// Owns the start of the app in the browser.
import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { DocumentContext, type DocumentSettings, schemeFromCookies } from "./ui/document-context.ts";

const settings: DocumentSettings = {
  // Browsers hide the nonce from scripts, so that there is none to compare.
  nonce: "",
  scheme: schemeFromCookies(document.cookie),
  language: document.documentElement.lang,
};

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <DocumentContext.Provider value={settings}>
        <RemixBrowser />
      </DocumentContext.Provider>
    </StrictMode>,
  );
});
