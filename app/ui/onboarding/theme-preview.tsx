// Owns the picture of what a theme makes of the public page and the widget. It follows the form as one chooses.
import MessageCircle from "lucide-react/icons/message-circle";
import Send from "lucide-react/icons/send-horizontal";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { isDark } from "#app/domain/branding/contrast.ts";
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { type ColorScheme, themeSchemes, themeStylesheet, themeVariables } from "#app/domain/branding/theme.ts";
import { Button } from "../button.tsx";
import { useDocument } from "../document-context.ts";

export interface ThemePreviewProps {
  tokens: ThemeTokens;
  name: string;
  /** Host of the public page, shown above it. */
  host: string;
  question: string;
}

const ROOT = "theme-preview";

export function ThemePreview({ tokens, name, host, question }: ThemePreviewProps) {
  const { nonce } = useDocument();
  const root = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<ColorScheme | null>(null);
  const schemes = themeSchemes(tokens);
  const own: ColorScheme = isDark(tokens.background) ? "dark" : "light";
  const shown = [wanted, own, schemes[0]].find((scheme) => scheme && schemes.includes(scheme)) ?? "light";
  // The content security policy takes no style attributes from the server, but lets scripts set properties.
  useBrowserLayoutEffect(() => {
    const element = root.current;
    if (!element) return;
    for (const [variable, value] of Object.entries(themeVariables(tokens, shown))) {
      element.style.setProperty(variable, value);
    }
    element.style.setProperty("color-scheme", shown);
  }, [tokens, shown]);
  return (
    <div>
      {nonce ? (
        <style
          nonce={nonce}
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a stylesheet of validated tokens; React would escape its quotes.
          dangerouslySetInnerHTML={{ __html: themeStylesheet({ ...tokens, darkMode: shown }, `#${ROOT}`) }}
        />
      ) : null}
      <div className="mb-2 flex min-h-8 items-center justify-between gap-4">
        <p className="font-medium">How your customers see it</p>
        {schemes.length > 1 ? <SchemeSwitch shown={shown} onChange={setWanted} /> : null}
      </div>
      <div id={ROOT} ref={root} aria-hidden className="font-sans text-ink select-none">
        <PublicPage name={name} host={host} question={question} />
        <Widget name={name} />
      </div>
    </div>
  );
}

/** Layout effects don't run on the server, and React warns about them there. */
const useBrowserLayoutEffect = typeof document === "undefined" ? () => {} : useLayoutEffect;

/** Visitors see the scheme of their own system; here one looks at either. */
function SchemeSwitch({ shown, onChange }: { shown: ColorScheme; onChange: (scheme: ColorScheme) => void }) {
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  if (!ready) return null;
  const other = shown === "light" ? "dark" : "light";
  return (
    <Button size="sm" variant="quiet" onClick={() => onChange(other)}>
      See it {other}
    </Button>
  );
}

function PublicPage({ name, host, question }: Omit<ThemePreviewProps, "tokens">) {
  return (
    <div className="overflow-hidden rounded border border-line bg-page">
      <div className="flex items-center gap-1.5 border-b border-line bg-sunken px-3 py-2">
        {[0, 1, 2].map((dot) => (
          <span key={dot} className="size-2 rounded-full bg-line-strong/60" />
        ))}
        <span className="ml-2 truncate text-xs text-muted">{host}</span>
      </div>
      <div className="p-5">
        <p className="font-title text-lg font-medium tracking-tight break-words">{name}</p>
        <div className="mt-4 grid gap-2.5">
          <p className="w-fit max-w-[85%] rounded bg-surface px-3 py-2 outline outline-line">
            Hello, how can I help you today?
          </p>
          <p className="ml-auto w-fit max-w-[85%] rounded bg-accent px-3 py-2 text-on-accent">{question}</p>
          <div className="w-fit max-w-[85%] rounded bg-surface px-3 py-2 outline outline-line">
            <p>The answer stands here, with the page it comes from.</p>
            <p className="mt-1 text-xs text-accent-ink underline underline-offset-2">Your website</p>
          </div>
        </div>
        <div className="mt-4 flex gap-2">
          <span className="flex-1 rounded border border-line-strong bg-surface px-3 py-2 text-muted">
            Write a message
          </span>
          <span className="flex items-center rounded bg-accent px-3 text-on-accent">
            <Send className="size-4" />
          </span>
        </div>
      </div>
    </div>
  );
}

function Widget({ name }: { name: string }) {
  return (
    <div className="relative mt-4 h-28 overflow-hidden rounded border border-line bg-page p-5">
      <span className="block h-2 w-24 rounded-full bg-line" />
      <span className="mt-3 block h-2 w-44 rounded-full bg-line" />
      <span className="mt-3 block h-2 w-36 rounded-full bg-line" />
      <div className="absolute right-4 bottom-4 flex max-w-[75%] items-center gap-3">
        <span className="truncate rounded bg-surface px-3 py-1.5 text-xs outline outline-line">Ask {name}</span>
        <span className="flex size-12 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent">
          <MessageCircle className="size-5" />
        </span>
      </div>
    </div>
  );
}
