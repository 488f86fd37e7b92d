import { z } from 'zod'

const known = new Map<string, boolean>()
const maxKnown = 2_000

/** Asks `check` once per text, because what `Intl` makes to answer is expensive; bounded, because callers choose the texts. */
function remembered (text: string, check: () => unknown): boolean {
  const before = known.get(text)
  if (before !== undefined) return before
  let holds = true
  try { check() } catch { holds = false }
  if (known.size < maxKnown) known.set(text, holds)
  return holds
}

const isTimeZone = (name: string): boolean => /^[A-Za-z]/.test(name) &&
  remembered(name, () => new Intl.DateTimeFormat('en', { timeZone: name }))

/** An IANA time zone: `Europe/Vienna`. */
export const timeZone = () => z.string().max(64).refine(isTimeZone, 'must be an IANA time zone, such as Europe/Vienna')

/** A BCP 47 language tag, written as the standard writes it: `de-at` becomes `de-AT`. */
export const language = () => z.string().min(2).max(35).transform((tag, context) => {
  try { return Intl.getCanonicalLocales(tag)[0]! } catch {
    context.addIssue('must be a BCP 47 language tag, such as de or pt-BR')
    return z.NEVER
  }
})
