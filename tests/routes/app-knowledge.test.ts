// The knowledge pages: adding, finding, scheduling, changing, removing.
import { expect, test } from "vitest";
import * as list from "#app/routes/_app.knowledge._index.tsx";
import * as source from "#app/routes/_app.knowledge.$sourceId.tsx";
import * as add from "#app/routes/_app.knowledge.add.tsx";
import * as ask from "#app/routes/_app.knowledge.ask.tsx";
import * as document from "#app/routes/_app.knowledge.documents.$documentId.tsx";
import * as questions from "#app/routes/_app.knowledge.questions._index.tsx";
import * as question from "#app/routes/_app.knowledge.questions.$questionId.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
const party = await makeParty(database, "a");
const owner = new Browser(services);
owner.setCookie(cookieOf(party.token).cookie ?? "");
const viewer = new Browser(services);
viewer.setCookie(cookieOf((await addMember(database, party, "viewer")).token).cookie ?? "");

interface Sources {
  sources: { id: string; kind: string; name: string }[];
  nextCursor: string | null;
  editable: boolean;
}
type Source = { source: { syncEveryHours: number | null; nextSyncAt: Date | null } };
const at = (id: string) => ({ sourceId: id });

test("sources are found by kind and words; what the address says beyond that does no harm", async () => {
  const all = await owner.get<Sources>(list, "/knowledge");
  expect(all.data.sources.map(({ kind }) => kind).sort()).toEqual(["file", "qa", "website"]);
  const files = await owner.get<Sources>(list, "/knowledge?kind=file");
  expect(files.data.sources).toMatchObject([{ name: `${party.canary}.md` }]);
  expect((await owner.get<Sources>(list, "/knowledge?q=nowhere")).data.sources).toEqual([]);
  const odd = await owner.get<Sources>(list, `/knowledge?kind=pie&cursor=x&q=${"a".repeat(5000)}`);
  expect(odd.status).toBe(200);
});

test("a website is added, scheduled, unscheduled and removed", async () => {
  const bad = await owner.post(add, "/knowledge/add", { intent: "website", url: "nonsense" });
  expect([bad.status, bad.data.result.error?.url]).toEqual([422, [expect.stringContaining("Write the address")]]);
  const made = await owner.post(add, "/knowledge/add", {
    intent: "website",
    url: "new.example",
    syncEveryHours: "168",
  });
  const id = made.location?.replace("/knowledge/", "") ?? "";
  const read = async () => (await owner.get<Source>(source, `/knowledge/${id}`, at(id))).data.source;
  expect(await read()).toMatchObject({ syncEveryHours: 168 });

  await owner.post(source, `/knowledge/${id}`, { intent: "schedule", syncEveryHours: "24" }, at(id));
  expect(await read()).toMatchObject({ syncEveryHours: 24, nextSyncAt: expect.any(Date) });
  await owner.post(source, `/knowledge/${id}`, { intent: "schedule", syncEveryHours: "" }, at(id));
  expect(await read()).toMatchObject({ syncEveryHours: null, nextSyncAt: null });

  expect((await owner.post(source, `/knowledge/${id}`, { intent: "remove" }, at(id))).location).toBe("/knowledge");
  expect((await owner.get(source, `/knowledge/${id}`, at(id))).status).toBe(404);
});

test("a typed answer is prefilled, added, found by asking, changed and removed", async () => {
  const form = await owner.get<{ kind: string; question: string }>(
    add,
    "/knowledge/add?kind=qa&question=Any%20dogs%3F",
  );
  expect(form.data).toMatchObject({ kind: "qa", question: "Any dogs?" });
  const fields = { intent: "question", question: "Any dogs?", answer: "Dogs are welcome in the garden." };
  expect((await owner.post(add, "/knowledge/add", fields)).location).toBe("/knowledge/questions");
  expect((await owner.post(add, "/knowledge/add", fields)).data.result.error?.question).toHaveLength(1);

  type Found = { passages: { pieces: { text: string; matches: boolean }[]; strength: number; documentId: string }[] };
  const asked = await owner.get<Found>(ask, "/knowledge/ask?q=are+dogs+welcome");
  const [best] = asked.data.passages;
  expect(best?.strength).toBe(1);
  expect(best?.pieces).toContainEqual({ text: "Dogs are welcome in the garden.", matches: true });
  const shown = await owner.get<{ document: { chunks: { content: string }[] } }>(document, "/", {
    documentId: best?.documentId ?? "",
  });
  expect(shown.data.document.chunks).toMatchObject([{ content: "Dogs are welcome in the garden." }]);

  const listed = await owner.get<{ questions: { id: string }[] }>(questions, "/knowledge/questions?q=dogs");
  const questionId = listed.data.questions[0]?.id ?? "";
  const path = `/knowledge/questions/${questionId}`;
  await owner.post(question, path, { ...fields, answer: "Only on Sundays." }, { questionId });
  type One = { entry: { answer: string } };
  expect((await owner.get<One>(question, path, { questionId })).data.entry.answer).toBe("Only on Sundays.");
  await owner.post(question, path, { intent: "remove" }, { questionId });
  expect((await owner.get(question, path, { questionId })).status).toBe(404);
});

test("nothing is found for what the knowledge doesn't hold", async () => {
  const { data } = await owner.get<{ passages: unknown[] }>(ask, "/knowledge/ask?q=xylophone");
  expect(data.passages).toEqual([]);
});

test("a viewer sees it all and changes nothing", async () => {
  const { sourceId } = party;
  expect((await viewer.get<Sources>(list, "/knowledge")).data).toMatchObject({ editable: false });
  expect((await viewer.get(source, `/knowledge/${sourceId}`, at(sourceId))).status).toBe(200);
  expect((await viewer.get(add, "/knowledge/add")).status).toBe(403);
  for (const intent of ["remove", "read-again", "schedule"]) {
    expect((await viewer.post(source, `/knowledge/${sourceId}`, { intent }, at(sourceId))).status).toBe(403);
  }
  // The same request passes for an owner, so it is the role that is refused.
  expect((await owner.post(source, `/knowledge/${sourceId}`, { intent: "read-again" }, at(sourceId))).status).toBe(200);
});
