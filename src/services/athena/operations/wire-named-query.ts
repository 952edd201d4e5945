import type { NamedQuery } from '../named-queries.ts'

export function namedQueryToWire(query: NamedQuery) {
  return {
    NamedQueryId: query.id,
    Name: query.name,
    Description: query.description,
    Database: query.database,
    QueryString: query.sql,
    WorkGroup: query.workgroup,
  }
}
