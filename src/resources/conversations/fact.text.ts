import type { Fact } from '../../clock/facts.js'

const ms = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`

/** A fact as JSON, in SQL: put together as text, which takes the database's own functions for JSON twice as long. */
export const factText = (f: string): string => `'{"kind":"' || ${f}.kind || '","id":"' || ${f}.id || '","occurredAt":' || ${ms(`${f}.occurred_at`)} ||
  ',"recordedAt":' || ${ms(`${f}.recorded_at`)} || ',"sequence":' || ${f}.sequence || ',"actor":{"kind":"' || ${f}.actor_kind ||
  '","id":' || coalesce(to_json(${f}.actor_id)::text, 'null') || case ${f}.data::text when '{}' then '}}' else '},' || substr(${f}.data::text, 2) end`

/** The facts of such texts, joined by commas. */
export const factsIn = (text: string): Fact[] => JSON.parse(`[${text}]`) as Fact[]
