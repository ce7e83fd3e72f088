// Every sentence of the page in Simplified Chinese.

import { graphWords } from "./zh-graph.js";
import { pageWords } from "./zh-page.js";
import { studyWords } from "./zh-studies.js";
import { trainingWords } from "./zh-training.js";

/** Texts by key; `[one, many]` chooses by number. */
export const chinese = Object.freeze({ ...graphWords, ...pageWords, ...studyWords, ...trainingWords });
