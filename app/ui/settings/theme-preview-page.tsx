// Owns the page in the theme editor's frame: the widget's own script in preview mode, on a sample of a page.
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { themeStylesheet } from "#app/domain/branding/theme.ts";
import { paths } from "#app/paths.ts";
import { useDocument } from "../document-context.ts";
import { PREVIEW_ROOT } from "./theme-preview-root.ts";

export interface ThemePreviewPageProps {
  name: string;
  agentName: string;
  greeting: string;
  tokens: ThemeTokens;
  view: "page" | "widget";
}

// The widget repaints itself on the same message; this repaints the page around it.
const REPAINT = `addEventListener("message", function (event) {
  var news = event.data;
  if (event.origin !== location.origin || !news || typeof news.foyerStyles !== "string") return;
  document.getElementById("theme").textContent = news.foyerStyles;
  var logo = document.getElementById("logo");
  if (!logo) return;
  if (news.foyerLogo) logo.src = news.foyerLogo;
  logo.hidden = !news.foyerLogo;
});`;

export function ThemePreviewPage({ name, agentName, greeting, tokens, view }: ThemePreviewPageProps) {
  const { nonce } = useDocument();
  return (
    <>
      <style nonce={nonce}>{"html{overflow-y:auto}"}</style>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a stylesheet of validated tokens; React would escape its quotes. */}
      <style id="theme" nonce={nonce} dangerouslySetInnerHTML={{ __html: themeStylesheet(tokens, PREVIEW_ROOT) }} />
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a script of constant text. */}
      <script nonce={nonce} dangerouslySetInnerHTML={{ __html: REPAINT }} />
      <div className="flex min-h-dvh flex-col bg-page text-ink">
        <header className="mx-auto flex w-full max-w-3xl items-center gap-3 px-4 pt-5 pb-4">
          {view === "page" ? (
            <img
              id="logo"
              src={tokens.logoUrl ?? undefined}
              hidden={!tokens.logoUrl}
              alt=""
              className="h-10 w-auto max-w-40 object-contain"
            />
          ) : null}
          <h1 className="min-w-0 font-title text-lg font-medium tracking-tight">
            {view === "page" ? name : "Some page of your website"}
          </h1>
        </header>
        <main id="main" className="mx-auto flex w-full max-w-3xl grow flex-col px-4 pb-5">
          {view === "page" ? <div id="foyer-agent" className="flex min-h-96 grow flex-col" /> : <SamplePage />}
        </main>
      </div>
      <script
        src={paths.widgetScript()}
        data-preview=""
        data-tenant={name}
        data-agent={agentName}
        data-greeting={greeting}
        data-tokens={JSON.stringify(tokens)}
        {...(view === "page" ? { "data-mode": "page", "data-target": "#foyer-agent" } : {})}
        async
        nonce={nonce}
      />
    </>
  );
}

function SamplePage() {
  return (
    <div aria-hidden className="grid grid-cols-1 gap-3">
      {["w-full", "w-11/12", "w-4/5", "w-full", "w-2/3"].map((width, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows never change
        <span key={row} className={`block h-3 rounded-full bg-sunken ${width}`} />
      ))}
      <span className="mt-2 block h-32 rounded bg-sunken" />
    </div>
  );
}
