// Settings: how the agent introduces itself and behaves.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { SaveAgentAndLanguages } from "#app/domain/agent/languages.schema.ts";
import { agentLanguages, saveLanguages } from "#app/domain/agent/languages.ts";
import { may } from "#app/domain/team/permissions.ts";
import { getConfiguration, saveAgent } from "#app/domain/tenants/tenants.ts";
import { Card } from "#app/ui/card.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { AgentForm } from "#app/ui/settings/agent-form.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Agent · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, actor }) => {
  const [{ redaction, suggestions, model: _, ...agent }, languages] = await Promise.all([
    getConfiguration(tx),
    agentLanguages(tx),
  ]);
  const { emails: redactEmails, phones: redactPhones } = redaction;
  return {
    agent: { ...agent, suggestions: suggestions.join("\n"), redactEmails, redactPhones },
    languages,
    editable: may(actor.role, "settings:write"),
  };
});

export const action = memberAction("settings:write", async ({ request, services, actor }) =>
  submitForm(await readForm(request), SaveAgentAndLanguages, async ({ languages, ...input }) => {
    await services.db.asTenant(actor, async (tx) => {
      await saveLanguages(tx, actor, languages);
      await saveAgent(tx, actor, input);
    });
    return true;
  }),
);

export const ErrorBoundary = PageProblem;

export default function AgentSettings() {
  const { agent, languages, editable } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  return (
    <Card title="Agent" description="How your agent introduces itself, and what it does when it can't help.">
      <AgentForm
        agent={agent}
        languages={languages}
        editable={editable}
        lastResult={reply?.result ?? null}
        saved={reply?.done ?? false}
      />
    </Card>
  );
}
