// What is used of DuckDB's binding, by name, so that a bundle of it need not be asked for names when it runs.

export { DuckDBInstance, StatementType } from "@duckdb/node-api";
