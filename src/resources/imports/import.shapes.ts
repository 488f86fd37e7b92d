import { z } from 'zod'
import { choiceCondition, filters, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import { at, choice, externalIdInput, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape } from '../../shapes.js'
import { imports, importStates } from './import.table.js'

/** Of a body; longer files go in by the command line, or in several imports. */
export const maxBodyBytes = 64 * 1_048_576
const mostErrors = 10_000
export const maxErrors = 1_000

export const ImportState = choice('ImportState', 'receiving: its lines are being read; running: they are being loaded; finished: all were; failed: it stopped, for the reason given; cancelled: somebody stopped it. What was loaded stays.', importStates)

export const ImportLineError = shape('ImportLineError', 'What is wrong with a line; the others are not held up by it.', {
  line: z.int().describe('Which line of the file, counted from 1.'),
  path: z.string().describe('The field, dotted from the root of the line; empty for the line as a whole.'),
  message: z.string().describe('What is wrong with it.')
})
export type ImportLineError = z.output<typeof ImportLineError>

export const Import = shape('Import', 'History that is being loaded, or was: one file of lines.', {
  ...resourceFields,
  name: z.string().describe('What it is, for people: the name of the file, usually.'),
  state: ImportState.describe('Where it stands.'),
  reason: z.string().nullable().describe('Why it failed.'),
  maxErrors: z.int().describe('With more bad lines than this it stops.'),
  bytesRead: z.int().meta({ graphql: 'Float' }).describe('How much of the file was read, in bytes.'),
  linesRead: z.int().describe('How many lines were read, empty ones left out.'),
  linesDone: z.int().describe('How many of them were worked on, bad ones too.'),
  created: z.int().describe('Lines that made something.'),
  updated: z.int().describe('Lines that changed something that was there.'),
  unchanged: z.int().describe('Lines that said what was known already.'),
  failed: z.int().describe('Bad lines.'),
  finishedAt: at().nullable().describe('When it ended, in whichever way.'),
  errors: z.array(ImportLineError).describe('What is wrong with the first 100 bad lines, by line.')
})
export type Import = z.output<typeof Import>

export const CreateImport = z.object({
  name: line(255).default('Import').describe('What it is, for people: the name of the file, usually.'),
  externalId: externalIdInput().optional(),
  maxErrors: z.coerce.number().int().min(0).max(mostErrors).default(maxErrors).describe('With more bad lines than this it stops; up to 10,000.')
})
export type CreateImport = z.output<typeof CreateImport>

export const importFilters = filters('Import', {
  id: on(IdCondition, imports.id),
  externalId: on(TextCondition, imports.externalId),
  state: on(choiceCondition('ImportState', ImportState), imports.state),
  createdAt: on(TimeCondition, imports.createdAt)
})
export const ImportSort = choice('ImportSort', 'How imports are sorted; ties by id.', ['createdAtDesc', 'createdAtAsc'])
const sort = ImportSort.default('createdAtDesc').describe('How they are sorted; ties by id.')

export const ImportQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(importFilters.shape).optional().describe('An ImportFilter as JSON.')
})
export const SearchImports = input('SearchImports', 'A search among imports.', {
  ...pageBody,
  sort,
  filter: importFilters.shape.optional().describe('Which imports.')
})
export type SearchImports = z.output<typeof SearchImports>
export const ImportList = listOf('Import', Import)

export const ImportErrorQuery = z.object({
  limit: pageQuery.limit,
  after: z.string().regex(/^\d{1,9}\.\d{1,4}$/, 'is not a cursor of this list').optional().describe('The `endCursor` of the page before.')
})
export type ImportErrorQuery = z.output<typeof ImportErrorQuery>
export const ImportLineErrorList = listOf('ImportLineError', ImportLineError)
