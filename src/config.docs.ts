import { z } from 'zod'
import { Environment } from './config.js'

interface Variable { name: string, standard: string | null, description: string }

/** DATA_DIR's default depends on who starts the server. */
const places: Record<string, string> = { DATA_DIR: '/var/lib/supportops as root, else ~/.local/state/supportops' }

function variables (): Variable[] {
  const { properties } = z.toJSONSchema(Environment, { io: 'input', unrepresentable: 'any' }) as { properties: Record<string, { default?: unknown, description?: string }> }
  return Object.entries(properties).map(([name, { default: standard, description }]) => ({
    name, standard: places[name] ?? (standard === undefined || standard === '' ? null : String(standard)), description: description ?? ''
  }))
}

/** `.env.example`: every setting, with its default where it has one. */
export const printEnvironmentExample = (): string => [
  '# Every setting of SupportOps, an environment variable each; what is commented out has the value shown.',
  ...variables().map(({ name, standard, description }) => `\n# ${description}\n# ${name}=${standard ?? ''}`), ''
].join('\n')

/** The same as the README's table. */
export const printSettings = (): string => [
  '| Variable | Default | What it does |', '|---|---|---|',
  ...variables().map(({ name, standard, description }) => `| \`${name}\` | ${standard === null ? '' : `\`${standard}\``} | ${description} |`)
].join('\n')

const [begin, end] = ['<!-- settings -->', '<!-- /settings -->']

/** The README with the table that is true now. */
export function withSettings (readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`The README lacks ${begin} … ${end}`)
  return `${readme.slice(0, from + begin.length)}\n${printSettings()}\n${readme.slice(to)}`
}
