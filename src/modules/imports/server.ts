/** The back door of imports: what a module needs to say which files it takes. */
export { registerImports, type ImportKind, type ImportRun } from './kind.server.ts';
export { importJobs } from './jobs.server.ts';
export { workOnImports } from './work.server.ts';
export { forgetInFiles, type Traces } from './forget.server.ts';
