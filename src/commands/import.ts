import { Command, InvalidArgumentError, Option } from 'commander'
import type { ImportOptions } from './importing.js'

const count = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number below 100,000.')
}

export const importCommand = new Command('import')
  .description('Load history from a file of lines (docs/import.md). Run it again after a kill: it goes on where it was.')
  .argument('<file>', 'the file')
  .option('--workspace <slug or id>', 'into which workspace; may be left out where there is only one')
  .addOption(new Option('--from <format>', 'what the file is').choices(['ndjson', 'helpdesk-csv']).default('ndjson'))
  .option('--max-errors <count>', 'with more bad lines than this it stops', count, 1000)
  .option('--again', 'load a file that was loaded before once more')
  .option('--json', 'print what came of it as JSON')
  .action(async (file: string, options: ImportOptions) => {
    const { importFile } = await import('./importing.js')
    await importFile(file, options)
  })
