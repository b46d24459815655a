// Owns the view of API keys: the list, a new one, what was just created, and how to use it.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import KeyRound from "lucide-react/icons/key-round";
import { API_SCOPE_NAMES, type ApiScope } from "#app/domain/team/keys.schema.ts";
import { Badge } from "../badge.tsx";
import { Alert } from "../banner.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { CopyField } from "../copy-field.tsx";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { ApiKeyForm } from "./api-key-form.tsx";

export interface ApiKeyView {
  id: string;
  name: string;
  prefix: string;
  scopes: readonly string[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface ApiKeysProps {
  keys: readonly ApiKeyView[];
  /** The loader's clock. */
  now: Date;
  timeZone: string;
  chatUrl: string;
  /** Of the API's description for programs. */
  descriptionUrl: string;
  /** What the viewer may let a key do. */
  scopes: readonly ApiScope[];
  /** Why keys can't be made or used, and where that can be changed. */
  refusal: { words: string; plansUrl: string | null } | null;
  reply: { result: SubmissionResult<string[]>; done: { id: string; key: string } | null } | null;
}

export function ApiKeys({ keys, now, timeZone, chatUrl, descriptionUrl, scopes, refusal, reply }: ApiKeysProps) {
  const created = reply?.done ?? null;
  const example = [
    `curl ${chatUrl} \\`,
    `  -H "Authorization: Bearer ${created?.key ?? "YOUR_KEY"}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"session_id": "visitor-0001", "message": "When are you open?"}'`,
  ].join("\n");
  return (
    <div className="grid grid-cols-1 gap-6">
      {created ? (
        <Alert tone="success" title="Your new key">
          <p className="mb-3">Copy it now and keep it safe. It is shown only this once.</p>
          <CopyField label="API key" value={created.key} />
        </Alert>
      ) : null}
      {refusal ? (
        <Alert
          tone="warning"
          title={refusal.words}
          action={refusal.plansUrl ? <TextLink to={refusal.plansUrl}>Compare plans</TextLink> : null}
        >
          {keys.length > 0 ? "The keys below are refused until then." : null}
        </Alert>
      ) : null}
      <DataTable
        caption="API keys"
        columns={columnsFor(timeZone, now)}
        rows={keys}
        rowKey={(key) => key.id}
        empty={
          <EmptyState icon={<KeyRound />} title="No keys yet">
            A key lets your own programs ask your agent. Create one below.
          </EmptyState>
        }
      />
      {refusal ? null : (
        <Card title="Create a key" description="Use one for each program, so that you can take one back alone.">
          <ApiKeyForm
            key={created?.id ?? "new"}
            scopes={scopes}
            lastResult={created ? null : (reply?.result ?? null)}
          />
        </Card>
      )}
      <Card
        title="Try it"
        description="Ask your agent from a terminal or from your own server. Never put a key into a web page."
      >
        <CopyField label="Example" value={example} multiline />
        <div className="mt-4">
          <CopyField label="Everything it can do, as OpenAPI" value={descriptionUrl} />
        </div>
      </Card>
    </div>
  );
}

function columnsFor(timeZone: string, now: Date): Column<ApiKeyView>[] {
  const time = (value: Date | null, none: string) =>
    value ? <TimeText value={value} timeZone={timeZone} now={now} /> : <span className="text-muted">{none}</span>;
  return [
    { key: "name", header: "Name", primary: true, cell: (key) => <span className="wrap-anywhere">{key.name}</span> },
    {
      key: "prefix",
      header: "Begins with",
      cell: (key) => <code className="font-mono text-xs">{key.prefix}…</code>,
      shrink: true,
    },
    { key: "scopes", header: "May", cell: (key) => key.scopes.map(scopeName).join(", ") },
    { key: "state", header: "State", cell: (key) => <KeyState keyView={key} now={now} />, shrink: true },
    { key: "used", header: "Last used", cell: (key) => time(key.lastUsedAt, "Never"), shrink: true },
    {
      key: "expires",
      header: "Expires",
      cell: (key) =>
        key.expiresAt ? (
          <TimeText value={key.expiresAt} timeZone={timeZone} show="date" />
        ) : (
          <span className="text-muted">Never</span>
        ),
      shrink: true,
    },
    { key: "revoke", header: "", cell: (key) => <Revoke keyView={key} />, align: "end", shrink: true },
  ];
}

const scopeName = (scope: string): string =>
  Object.hasOwn(API_SCOPE_NAMES, scope) ? API_SCOPE_NAMES[scope as ApiScope] : scope;

function KeyState({ keyView, now }: { keyView: ApiKeyView; now: Date }) {
  if (keyView.revokedAt) return <Badge>Revoked</Badge>;
  if (keyView.expiresAt && keyView.expiresAt <= now) return <Badge>Expired</Badge>;
  return <Badge tone="success">Active</Badge>;
}

function Revoke({ keyView }: { keyView: ApiKeyView }) {
  if (keyView.revokedAt) return null;
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="intent" value="revoke" />
      <input type="hidden" name="keyId" value={keyView.id} />
      <ConfirmButton
        size="sm"
        aria-label={`Revoke ${keyView.name}`}
        question={`Revoke “${keyView.name}”?`}
        consequence="Programs that use this key are refused at once. This can't be undone."
        confirmLabel="Revoke key"
      >
        Revoke
      </ConfirmButton>
    </Form>
  );
}
