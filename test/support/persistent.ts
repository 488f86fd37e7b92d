/** An answer of the server, however many times it took to get one. */
export interface Settled { status: number, body: any, headers: Headers, attempts: number }

const mostAttempts = 500
/** Refusals that are over soon: shedding, a lost database, an Idempotency-Key that a dying server still holds. */
const isPassing = (status: number): boolean => status >= 500 || status === 409

/**
 * Calls a server that may die at any moment, at the address that it has then: what was not answered is sent again, word
 * for word. `sent` hears of every attempt.
 */
export async function persistently (address: () => Promise<string>, path: string, init: RequestInit, sent: () => void = () => {}): Promise<Settled> {
  let last: unknown = null
  for (let attempts = 1; attempts <= mostAttempts; attempts++) {
    const at = await address()
    sent()
    try {
      const answer = await fetch(`${at}${path}`, init)
      const body: unknown = await answer.json()
      if (!isPassing(answer.status)) return { status: answer.status, body, headers: answer.headers, attempts }
      last = body
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      last = error.cause
    }
  }
  throw new Error(`${path} was not answered in ${mostAttempts} attempts; the last time: ${JSON.stringify(last)}`)
}
