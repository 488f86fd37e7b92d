import type { ChartTheme } from './chart.shapes.js'

export interface Palette { background: string, text: string, muted: string, line: string, series: readonly string[] }

/** Each colour has its own place, so that one theme can be turned into the other colour by colour. */
const light: Palette = {
  background: '#ffffff', text: '#1f2328', muted: '#59636e', line: '#d8dee4',
  series: ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#bf3989', '#9a6700', '#1b7c83', '#cf222e', '#0a3069', '#6e7781', '#4d2d00', '#116329']
}
const dark: Palette = {
  background: '#0d1117', text: '#e6edf3', muted: '#9198a1', line: '#30363d',
  series: ['#58a6ff', '#f0883e', '#3fb950', '#bc8cff', '#f778ba', '#d29922', '#39c5cf', '#ff7b72', '#a5d6ff', '#8b949e', '#ffdfb6', '#7ee787']
}

/** What is drawn; `auto` is drawn light. */
export const paletteOf = (theme: ChartTheme): Palette => theme === 'dark' ? dark : light

const colours = ({ series, ...others }: Palette): string[] => [...Object.values(others), ...series]

/** Turns what was drawn light into dark where the reader's system is: the rules of a style sheet win over attributes. */
export function switching (theme: ChartTheme): string {
  if (theme !== 'auto') return ''
  const to = colours(dark)
  const rules = colours(light).map((from, index) => `[fill="${from}"]{fill:${to[index]}}[stroke="${from}"]{stroke:${to[index]}}`)
  return `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`
}
