// Every sentence of the page in English.

import { graphWords } from "./en-graph.js";
import { pageWords } from "./en-page.js";
import { studyWords } from "./en-studies.js";
import { trainingWords } from "./en-training.js";

/** Texts by key; `[one, many]` chooses by number. */
export const english = Object.freeze({ ...graphWords, ...pageWords, ...studyWords, ...trainingWords });
