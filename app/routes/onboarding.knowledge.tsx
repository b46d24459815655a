// Step 4: while the address goes live, the agent gets to know the business.
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { MAX_UPLOAD_BYTES } from "#app/domain/knowledge/knowledge.schema.ts";
import { listQuestions } from "#app/domain/knowledge/questions.ts";
import { listSources } from "#app/domain/knowledge/sources.ts";
import { currentRun } from "#app/domain/provisioning/runs.ts";
import { paths } from "#app/paths.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { Button } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { FilesForm } from "#app/ui/onboarding/files-form.tsx";
import { GoingLive } from "#app/ui/onboarding/going-live.tsx";
import { QuestionForm } from "#app/ui/onboarding/question-form.tsx";
import { QuestionList } from "#app/ui/onboarding/question-list.tsx";
import { SourceList } from "#app/ui/onboarding/source-list.tsx";
import { WebsiteForm } from "#app/ui/onboarding/website-form.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { readForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { handleKnowledge } from "#app/web/onboarding-knowledge.ts";
import { enterStep } from "#app/web/wizard.ts";

export const meta: MetaFunction = () => [{ title: "Knowledge · Foyer" }];

export const loader = memberLoader("onboarding:write", async ({ services, tx, viewer }) => {
  const place = enterStep(viewer, "knowledge");
  const [run, { sources }, { questions }] = await Promise.all([currentRun(tx), listSources(tx), listQuestions(tx)]);
  return {
    place,
    run,
    site: viewer.tenantSlug ? tenantOrigin(services.env, viewer.tenantSlug) : null,
    sources: sources.filter(({ kind }) => kind !== "qa"),
    questions: questions.map(({ id, question, answer }) => ({ id, question, answer })),
  };
});

export const action = memberAction("onboarding:write", async (context) =>
  handleKnowledge(context, await readForm(context.request)),
);

export default function KnowledgeStep() {
  const { place, run, site, sources, questions } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const going = usePending("next");
  useChanges(["provisioning", "knowledge"]);
  const known = sources.length + questions.length > 0;
  return (
    <Wizard
      place={place}
      current="knowledge"
      back={paths.onboardingPlan()}
      title="What your agent should know"
      intro="Give it your website, files, or typed answers. It only says what stands there. You can go on at any time; it reads on by itself."
    >
      <div className="grid gap-6">
        <GoingLive run={run} site={site} />
        <Card
          title="Your website"
          description="It reads the pages that visitors can see, and follows the links on them."
        >
          <WebsiteForm reply={reply} />
          <SourceList sources={sources.filter(({ kind }) => kind === "website")} />
        </Card>
        <Card title="Files" description="Price lists, brochures, handbooks.">
          <FilesForm reply={reply} maxBytes={MAX_UPLOAD_BYTES} />
          <SourceList sources={sources.filter(({ kind }) => kind === "file")} />
        </Card>
        <Card title="Questions and answers" description="What your customers ask most, in your words.">
          <QuestionForm reply={reply} answered={questions.map(({ question }) => question)} />
          <QuestionList questions={questions} />
        </Card>
        <Form method="post" className="flex flex-wrap items-center gap-4">
          <Button type="submit" name="intent" value="next" variant="primary" size="lg" pending={going}>
            Go on
          </Button>
          {known ? null : <p className="text-muted">You can add knowledge later, too.</p>}
        </Form>
      </div>
    </Wizard>
  );
}
