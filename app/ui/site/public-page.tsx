// A tenant's public page: its name and look around its agent, which the widget's script brings to life.
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { themeStylesheet } from "#app/domain/branding/theme.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { useDocument } from "../document-context.ts";

export interface PublicPageProps {
  name: string;
  greeting: string;
  agentName: string;
  widgetKey: string | null;
  theme: ThemeTokens;
  /** What is said here is test data. */
  testMode: boolean;
}

export function PublicPage({ name, greeting, agentName, widgetKey, theme, testMode }: PublicPageProps) {
  const { nonce } = useDocument();
  return (
    <>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a stylesheet of validated tokens; React would escape its quotes. */}
      <style nonce={nonce} dangerouslySetInnerHTML={{ __html: themeStylesheet(theme) }} />
      <div className="flex h-dvh min-h-[30rem] flex-col bg-page text-ink">
        <header className="mx-auto flex w-full max-w-3xl items-center gap-3 px-4 pt-6 pb-4 sm:px-6 sm:pt-10">
          {theme.logoUrl ? <img src={theme.logoUrl} alt="" className="h-10 w-auto max-w-40 object-contain" /> : null}
          <h1 className="font-title text-xl font-medium tracking-tight">{name}</h1>
          {testMode ? <Badge tone="warning">Test mode</Badge> : null}
        </header>
        <main id="main" className="mx-auto flex min-h-0 w-full max-w-3xl grow flex-col px-4 pb-4 sm:px-6 sm:pb-8">
          {widgetKey ? (
            <>
              <div
                id="foyer-agent"
                className="flex min-h-0 grow flex-col overflow-clip rounded border border-line bg-surface"
              />
              <noscript>
                <p className="rounded border border-line bg-surface p-4">
                  {agentName} answers your questions here. Please allow JavaScript for this page to talk to us.
                </p>
              </noscript>
              <script
                src={paths.widgetScript()}
                data-key={widgetKey}
                data-mode="page"
                data-target="#foyer-agent"
                async
                nonce={nonce}
              />
            </>
          ) : (
            <p className="text-muted">{greeting}</p>
          )}
        </main>
      </div>
    </>
  );
}
