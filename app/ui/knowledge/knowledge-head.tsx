// Owns the head of the knowledge pages: title, the way to add, and the views.
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { PageHeader } from "../page-header.tsx";
import { Tabs } from "../tabs.tsx";

export type KnowledgeView = "sources" | "questions" | "ask";

export function KnowledgeHead({ current, editable }: { current: KnowledgeView; editable: boolean }) {
  return (
    <>
      <PageHeader
        title="Knowledge"
        description="Your agent answers from this and from nothing else."
        actions={
          editable ? (
            <LinkButton variant="primary" to={paths.knowledgeAdd(current === "questions" ? { kind: "qa" } : {})}>
              Add knowledge
            </LinkButton>
          ) : null
        }
      />
      <Tabs
        label="Knowledge"
        tabs={[
          { to: paths.knowledge(), label: "Sources", current: current === "sources" },
          { to: paths.knowledgeQuestions(), label: "Questions and answers", current: current === "questions" },
          { to: paths.knowledgeAsk(), label: "Ask your knowledge", current: current === "ask" },
        ]}
      />
    </>
  );
}
