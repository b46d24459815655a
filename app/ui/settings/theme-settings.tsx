// Owns the view of the theme: where to start from, the editor, the preview beside it.
import type { SubmissionResult } from "@conform-to/react";
import { Link } from "@remix-run/react";
import { clsx } from "clsx";
import { useState } from "react";
import { themePresets } from "#app/domain/branding/presets.ts";
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { PresetSwatch } from "../onboarding/preset-swatch.tsx";
import { ThemeEditor } from "./theme-editor.tsx";
import { ThemeFrame } from "./theme-frame.tsx";

export interface ThemeSettingsProps {
  saved: ThemeTokens;
  /** What the editor begins with: the saved theme, or a preset that is being tried. */
  start: ThemeTokens;
  preset: string | null;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  published: boolean;
}

export function ThemeSettings({ saved, start, preset, editable, lastResult, published }: ThemeSettingsProps) {
  const [round, setRound] = useState(0);
  const [chosen, setChosen] = useState<{ from: ThemeTokens; tokens: ThemeTokens } | null>(null);
  const tokens = chosen?.from === start ? chosen.tokens : start;
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="grid min-w-0 grid-cols-1 gap-6">
        {editable ? (
          <Card title="Start from" description="Try one. Nothing changes for visitors until you save.">
            <Presets current={preset ?? saved.preset} />
          </Card>
        ) : null}
        <Card title="Your look" description="For your public page and the widget.">
          <ThemeEditor
            key={`${preset} ${round}`}
            start={start}
            tokens={tokens}
            changed={JSON.stringify(tokens) !== JSON.stringify(saved)}
            editable={editable}
            lastResult={lastResult}
            published={published}
            onChange={(next) => setChosen({ from: start, tokens: next })}
            onDiscard={() => {
              setChosen(null);
              setRound((before) => before + 1);
            }}
          />
        </Card>
      </div>
      <ThemeFrame tokens={tokens} preset={preset} />
    </div>
  );
}

function Presets({ current }: { current: string }) {
  return (
    <ul className="grid grid-cols-2 gap-3 sm:grid-cols-4 lg:grid-cols-2 xl:grid-cols-4">
      {themePresets.map(({ id, name, tokens }) => (
        <li key={id}>
          <Link
            to={paths.settingsTheme({ preset: id })}
            preventScrollReset
            replace
            aria-current={id === current ? "true" : undefined}
            className={clsx(
              "block rounded border p-2",
              id === current ? "border-accent bg-accent-soft" : "border-line hover:border-line-strong",
            )}
          >
            <PresetSwatch tokens={tokens} />
            <span className="mt-1.5 block font-medium">{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
