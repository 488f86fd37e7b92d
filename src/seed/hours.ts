export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

const opens = 8
const closes = 18

/** The first instant from this one on at which the team works: weekdays from 8 to 18, UTC. */
export function nextOpen (at: number): number {
  const date = new Date(at)
  const day = date.getUTCDay()
  const isWeekend = day === 0 || day === 6
  const hour = date.getUTCHours()
  if (!isWeekend && hour >= opens && hour < closes) return at
  const midnight = at - at % dayMs
  if (!isWeekend && hour < opens) return midnight + opens * hourMs + at % minuteMs
  const days = day === 5 ? 3 : day === 6 ? 2 : 1
  return midnight + days * dayMs + opens * hourMs + at % minuteMs
}
