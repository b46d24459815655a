// Owns the view for adding knowledge: three ways, each with an address and a form of its own.
import type { SubmissionResult } from "@conform-to/react";
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { FilesForm } from "../onboarding/files-form.tsx";
import { PageHeader } from "../page-header.tsx";
import { Tabs } from "../tabs.tsx";
import { TextLink } from "../text-link.tsx";
import { QuestionEditor } from "./question-editor.tsx";
import { WebsiteEditor } from "./website-editor.tsx";

export interface AddKnowledgeProps {
  kind: "website" | "file" | "qa";
  /** A question to answer, for example one that a visitor asked in vain. */
  question: string;
  maxBytes: number;
  reply: { intent?: string; result: SubmissionResult<string[]>; done: unknown } | null;
}

export function AddKnowledge({ kind, question, maxBytes, reply }: AddKnowledgeProps) {
  const lastResult = reply?.result ?? null;
  const sent = typeof reply?.done === "string" ? reply.done : null;
  return (
    <>
      <PageHeader title="Add knowledge" back={{ to: paths.knowledge(), label: "Knowledge" }} />
      <Tabs
        label="What to add"
        tabs={[
          { to: paths.knowledgeAdd(), label: "Website", current: kind === "website" },
          { to: paths.knowledgeAdd({ kind: "file" }), label: "Files", current: kind === "file" },
          { to: paths.knowledgeAdd({ kind: "qa" }), label: "Question and answer", current: kind === "qa" },
        ]}
      />
      {kind === "website" ? (
        <Card
          title="Website"
          description="Its pages are read one after another, following the links on them. Nothing behind a sign-in is read."
        >
          <WebsiteEditor lastResult={lastResult} />
        </Card>
      ) : null}
      {kind === "file" ? (
        <Card title="Files" description="Price lists, brochures, handbooks. Each becomes a source of its own.">
          <FilesForm
            reply={reply?.intent === "files" ? { intent: "files", result: reply.result, done: sent } : undefined}
            maxBytes={maxBytes}
          />
          <p className="mt-5">
            <TextLink to={paths.knowledge({ kind: "file" })}>Show all files</TextLink>
          </p>
        </Card>
      ) : null}
      {kind === "qa" ? (
        <Card title="Question and answer" description="In your own words. Your agent knows it at once.">
          <QuestionEditor
            key={question}
            id="add-question"
            start={{ question, answer: "" }}
            lastResult={lastResult}
            submitLabel="Add answer"
          />
        </Card>
      ) : null}
    </>
  );
}
