// Owns the page of the rules for leads: the form, trying it before it is saved, and how the rules came to be.
import type { SubmissionResult } from "@conform-to/react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { EmptyState } from "../empty-state.tsx";
import { Field } from "../field.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { PageHeader } from "../page-header.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { RulesForm } from "./rules-form.tsx";
import { RulesPreview, type RulesPreviewView } from "./rules-preview.tsx";

export interface RulesVersionView {
  id: string;
  since: Date;
  by: string | null;
  note: string;
  restoredFrom: string | null;
  changed: readonly string[];
}

export interface RulesPageProps {
  fields: object;
  id: string | null;
  /** Earlier rules that the form begins with; `defaults`: those that Foyer came with. */
  from: RulesVersionView | "defaults" | null;
  history: readonly RulesVersionView[];
  people: readonly { name: string; email: string }[];
  crm: string | null;
  editable: boolean;
  saved: boolean;
  preview: RulesPreviewView | null;
  lastResult: SubmissionResult<string[]> | null;
}

const FORM = "rules";

export function RulesPage(props: RulesPageProps) {
  const { fields, id, from, history, people, crm, editable, saved, preview, lastResult } = props;
  // What was typed belongs to the rules that it began with, whoever saves others meanwhile.
  const typed = lastResult?.initialValue ?? null;
  const known = typed ? textOf(typed.known) : id;
  const began = beginning(from);
  const fromId = from === "defaults" ? null : began;
  return (
    <>
      <PageHeader
        title="Rules for leads"
        description="How leads are scored, whose they are, what is asked of people and who hears of them at once."
        back={{ to: paths.adminLeads(), label: "Leads" }}
      />
      <div className="mb-6 grid gap-3 empty:hidden">
        {saved && !typed ? (
          <Alert tone="success" title="Saved">
            All leads go by these rules within minutes.
          </Alert>
        ) : null}
        {from ? (
          <Alert
            tone="accent"
            title={from === "defaults" ? "The rules that Foyer came with" : <RulesOf version={from} />}
            action={<TextLink to={paths.adminLeadRules()}>Back to those in force</TextLink>}
          >
            They are not in force: try what they would change, then save them to take them up again.
          </Alert>
        ) : null}
        {editable ? null : <Alert title="You may look">Superadmins change the rules.</Alert>}
      </div>
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <RulesForm
          key={`${known} ${began}`}
          id={FORM}
          start={fields}
          known={known}
          from={typed ? textOf(typed.from) : fromId}
          people={people}
          editable={editable}
          lastResult={lastResult}
        />
        <div className="grid min-w-0 grid-cols-1 gap-6 lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:overflow-y-auto">
          {editable ? <Save key={`${id} ${began}`} preview={preview} crm={crm} lastResult={lastResult} /> : null}
          <History history={history} id={id} from={from} />
        </div>
      </div>
    </>
  );
}

const beginning = (from: RulesPageProps["from"]): string | null => (from === "defaults" ? from : (from?.id ?? null));
const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function Save({ preview, crm, lastResult }: Pick<RulesPageProps, "preview" | "crm" | "lastResult">) {
  const trying = usePending("preview");
  const saving = usePending("save");
  const wrong = lastResult?.status === "error" ? Object.keys(lastResult.error ?? {}).filter((name) => name !== "") : [];
  return (
    <Card title="Try and save" description="Nothing changes until you save.">
      <div className="grid gap-4">
        {wrong.length > 0 ? (
          <Alert tone="danger">
            {wrong.length === 1 ? "One field needs another look." : `${wrong.length} fields need another look.`}
          </Alert>
        ) : null}
        {preview ? <RulesPreview preview={preview} crm={crm} /> : null}
        <Field id="rules-note" label="Why" optional errors={lastResult?.error?.note ?? undefined}>
          <Input name="note" form={FORM} maxLength={300} defaultValue={textOf(lastResult?.initialValue?.note) ?? ""} />
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" form={FORM} name="intent" value="preview" pending={trying}>
            What would change?
          </Button>
          <ConfirmButton
            form={FORM}
            name="intent"
            value="save"
            variant="primary"
            pending={saving}
            question="Put these rules in force?"
            consequence="All leads go by them within minutes: scores and owners change, and what they ask of people is asked at once. You can go back to the present rules at any time; what was asked stays asked."
            confirmLabel="Save the rules"
          >
            Save
          </ConfirmButton>
        </div>
      </div>
    </Card>
  );
}

function RulesOf({ version }: { version: RulesVersionView }) {
  return (
    <>
      Rules of <TimeText value={version.since} timeZone="UTC" />
    </>
  );
}

function History({ history, id, from }: Pick<RulesPageProps, "history" | "id" | "from">) {
  const shown = beginning(from);
  return (
    <Card title="Earlier rules" flush>
      {history.length === 0 ? (
        <EmptyState title="The rules that Foyer came with">
          Each change of them appears here, with who made it and why.
        </EmptyState>
      ) : (
        <ol className="divide-y divide-line border-t border-line">
          {history.map((version) => (
            <li key={version.id} className="px-4 py-3 sm:px-6">
              <p className="flex flex-wrap items-baseline justify-between gap-x-3">
                <TimeText value={version.since} timeZone="UTC" className="font-medium" />
                {version.id === id ? <span className="text-xs text-muted">In force</span> : null}
              </p>
              <p className="text-muted">By {version.by ?? "somebody who has left"}</p>
              {version.note ? <p className="wrap-anywhere">{version.note}</p> : null}
              <p className="mt-1 text-xs text-muted">{changeWords(version)}</p>
              {version.id === id || version.id === shown ? null : (
                <p className="mt-2">
                  <LinkButton size="sm" to={paths.adminLeadRules({ from: version.id })}>
                    Go back to these
                  </LinkButton>
                </p>
              )}
            </li>
          ))}
          <li className="px-4 py-3 sm:px-6">
            <p className="font-medium">The rules that Foyer came with</p>
            {shown === "defaults" ? null : (
              <p className="mt-2">
                <LinkButton size="sm" to={paths.adminLeadRules({ from: "defaults" })}>
                  Go back to these
                </LinkButton>
              </p>
            )}
          </li>
        </ol>
      )}
    </Card>
  );
}

function changeWords({ changed, restoredFrom }: RulesVersionView): string {
  const words = changed.length === 0 ? "Nothing else than before." : `Changed: ${changed.join(", ")}.`;
  return restoredFrom ? `Earlier rules taken up again. ${words}` : words;
}
