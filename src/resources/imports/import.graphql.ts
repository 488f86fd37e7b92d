import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { cancelImport, getImport, listImportErrors, listImports } from './import.service.js'
import { ImportErrorQuery, SearchImports } from './import.shapes.js'

export const importGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "An import, by its id or external:…: how far it is, and which lines are bad."
      import(id: ID!): Import!
      "Imports, a page at a time."
      imports(first: Int = 25, after: String, filter: ImportFilter, sort: ImportSort = createdAtDesc): ImportConnection!
      "What is wrong with the lines of an import, a page at a time."
      importErrors(id: ID!, first: Int = 25, after: String): ImportLineErrorConnection!
    }
    extend type Mutation {
      "Stops an import; what was loaded stays."
      cancelImport(id: ID!, ifVersion: Int): Import!
    }
    ${connectionSdl('Import')}
    ${connectionSdl('ImportLineError')}`,
  resolvers: {
    Query: {
      import: query((ctx, { id }) => getImport(ctx, sent(Ref, id, 'id'))),
      imports: query(async (ctx, args) => connectionOf(await listImports(ctx, sent(SearchImports, listArguments(args))))),
      importErrors: query(async (ctx, { id, ...args }) =>
        connectionOf(await listImportErrors(ctx, sent(Ref, id, 'id'), sent(ImportErrorQuery, listArguments(args)))))
    },
    Mutation: {
      cancelImport: mutation((ctx, { id }) => cancelImport(ctx, sent(Ref, id, 'id')))
    }
  }
}
