// From source to a running flow, by the product, in a process that is warm: `ready` ends when the module is made
// for the data's sizes and could take rows; `first` when the first rows have been taken and estimates are there.

import { compile, openSource, stream } from "../../src/index.ts";
import { countsModel } from "../models.ts";
import { serve, timed } from "./serve.ts";
import { settings } from "./settings.ts";

await serve(async (task) => {
  const opened = await openSource(String(task.file));
  if (opened.kind !== "source") throw new Error(`the bench's own file can't be read: ${task.file}`);
  const options = { ...settings(), structure: task.structure === "diagonal" ? "diagonal" : "full" } as const;
  const { ms, value } = await timed(async () => {
    const model = compile(countsModel);
    return task.until === "ready"
      ? await model.artefact("wasm", options, opened.source)
      : await stream(model, opened.source, options);
  });
  await opened.source.close();
  const parameters = typeof value === "object" && "parameters" in value ? value.parameters.length : 0;
  return parameters === 0 ? { ms } : { ms, figures: { parameters } };
});
