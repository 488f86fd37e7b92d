/** What a metric's samples come to; every one but the count null when there is no sample (definitions, 4). */
export interface Statistics {
  count: number
  sum: number | null
  avg: number | null
  min: number | null
  max: number | null
  p50: number | null
  p75: number | null
  p90: number | null
  p95: number | null
  p99: number | null
}

/** Percentile `x` of sorted samples, Hyndman–Fan type 2: the mean of the two where n·x/100 is whole. */
export function percentile (sorted: ArrayLike<number>, x: number): number {
  const n = sorted.length
  const k = n * x
  if (k % 100 !== 0) return sorted[Math.ceil(k / 100) - 1]!
  return k === n * 100 ? sorted[n - 1]! : (sorted[k / 100 - 1]! + sorted[k / 100]!) / 2
}

/** Made on the sorted values themselves; `shown` turns each result into what is reported, such as floored seconds. */
export function statisticsOf (sorted: ArrayLike<number>, shown: (value: number) => number): Statistics {
  const count = sorted.length
  if (count === 0) {
    return { count, sum: null, avg: null, min: null, max: null, p50: null, p75: null, p90: null, p95: null, p99: null }
  }
  let sum = 0
  for (let at = 0; at < count; at++) sum += sorted[at]!
  const at = (x: number): number => shown(percentile(sorted, x))
  return {
    count, sum: shown(sum), avg: shown(sum / count), min: shown(sorted[0]!), max: shown(sorted[count - 1]!),
    p50: at(50), p75: at(75), p90: at(90), p95: at(95), p99: at(99)
  }
}

export const flooredSeconds = (ms: number): number => Math.floor(ms / 1000)
