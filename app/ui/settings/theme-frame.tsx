// Owns the live preview: a frame with the real page and widget, repainted by messages as the theme changes.
import { useEffect, useRef, useState } from "react";
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { themeStylesheet } from "#app/domain/branding/theme.ts";
import { paths } from "#app/paths.ts";
import { Segments } from "../segments.tsx";
import { PREVIEW_ROOT } from "./theme-preview-root.ts";

const VIEWS = [
  { value: "page", label: "Your page" },
  { value: "widget", label: "Widget" },
] as const;
const SCHEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

export function ThemeFrame({ tokens, preset }: { tokens: ThemeTokens; preset: string | null }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [view, setView] = useState<"page" | "widget">("page");
  const [scheme, setScheme] = useState<"light" | "dark">("light");
  const [ready, setReady] = useState(0);
  // A change of the address would load the frame anew; what is tried later comes by message.
  const [first] = useState(preset);

  useEffect(() => {
    function hear(event: MessageEvent<unknown>) {
      if (event.origin !== location.origin || event.source !== frame.current?.contentWindow) return;
      if (typeof event.data === "object" && event.data !== null && "foyerPreviewReady" in event.data) {
        setReady((before) => before + 1);
      }
    }
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, []);

  // The frame may have been ready before this page listened, so the first message doesn't wait for its word.
  useEffect(() => {
    const shown = tokens.darkMode === "auto" ? { ...tokens, darkMode: scheme } : tokens;
    const news = {
      foyerPreview: shown,
      foyerStyles: themeStylesheet(shown, PREVIEW_ROOT),
      foyerLogo: tokens.logoUrl,
      turn: ready,
    };
    frame.current?.contentWindow?.postMessage(news, location.origin);
  }, [tokens, scheme, ready]);

  return (
    <section aria-label="Preview" className="lg:sticky lg:top-6">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Segments label="What to preview" options={VIEWS} value={view} onChange={setView} />
        {tokens.darkMode === "auto" ? (
          <Segments label="Preview for" options={SCHEMES} value={scheme} onChange={setScheme} />
        ) : null}
      </div>
      <iframe
        ref={frame}
        title="Preview of your page"
        src={paths.themePreview({ view, preset: first ?? undefined })}
        className="block h-[38rem] w-full rounded border border-line bg-surface"
      />
    </section>
  );
}
