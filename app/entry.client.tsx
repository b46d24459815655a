// Owns the start of the app in the browser.
import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { DocumentContext, type DocumentSettings, schemeFromCookies } from "./ui/document-context.ts";

const settings: DocumentSettings = {
  // Browsers empty the attribute once they have read it; React compares it with this.
  nonce: "",
  scheme: schemeFromCookies(document.cookie),
  language: document.documentElement.lang,
};

// Radix locks the page's scrolling by a <style> of its own; it looks here for the nonce that the policy asks for.
Object.assign(globalThis, { __webpack_nonce__: document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce });

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
