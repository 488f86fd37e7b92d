import { Command, InvalidArgumentError } from 'commander'

const number = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, up to nine digits.')
  return Number(text)
}

export const seedCommand = new Command('seed')
  .description('Fill an empty workspace with a small support team and a month of its conversations.')
  .option('--workspace <slug or id>', 'which one; when left out, one named demo is created and its API key printed')
  .option('--seed <number>', 'another number gives other conversations', number, 1)
  .option('--json', 'print JSON')
  .action(async (options: { workspace?: string, seed: number, json?: boolean }) => {
    const { seed } = await import('./seeding.js')
    await seed(options)
  })
