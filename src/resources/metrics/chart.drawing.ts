import type { EChartsCoreOption } from 'echarts/core'
import type { ChartTheme } from './chart.shapes.js'
import { paletteOf, switching, type Palette } from './chart.themes.js'
import { numberText } from './chart.words.js'
import type { Axis, Chart, Series } from './metric.chart.js'

const width = 800
const fontFamily = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif'
const legendRow = 22
const subtitleRow = 18
const symbols = ['circle', 'rect', 'triangle', 'diamond']
const nothing = 'There was nothing to count or measure here.'
/** So many points of a line are still told apart. */
const mostMarks = 40

/** Loaded when the first chart is asked for: whoever asks for none pays nothing. */
async function library () {
  const [core, { BarChart, LineChart }, { GridComponent, LegendComponent, TitleComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'), import('echarts/charts'), import('echarts/components'), import('echarts/renderers')
  ])
  core.use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])
  core.setPlatformAPI({ measureText: (text, font = '') => ({ width: widthOf(text, font) }) })
  return core
}

/** Nobody knows what fonts a reader has: as wide as a wide one, so that nothing overlaps. */
function widthOf (text: string, font: string): number {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12) * (/bold|[6-9]00/.test(font) ? 1.1 : 1)
  return [...text].reduce((sum, character) => sum + emsOf(character) * size, 0)
}

function emsOf (character: string): number {
  if (character > '\u2e7f') return 1
  if (/[\s.,:;'|!()ijlftr]/.test(character)) return 0.4
  return /[A-Zmw%@–…]/.test(character) ? 0.8 : 0.62
}

let loaded: ReturnType<typeof library> | undefined

/** The chart as SVG: no script, nothing from elsewhere, the same text for the same chart. */
export async function draw (chart: Chart, theme: ChartTheme): Promise<string> {
  const core = await (loaded ??= library())
  const legendHeight = legendRowsOf(chart) * legendRow
  const drawing = core.init(null, null, { renderer: 'svg', ssr: true, width, height: heightOf(chart) + legendHeight })
  try {
    drawing.setOption(optionOf(chart, paletteOf(theme), legendHeight))
    return finished(drawing.renderToSVGString(), chart, theme)
  } finally {
    drawing.dispose()
  }
}

const heightOf = ({ kind, subtitle, categories, series }: Chart): number =>
  subtitle.length * subtitleRow + (kind === 'lines' ? 382 : 132 + Math.max(56, categories.length * (series.length * 18 + 14)))

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Says what it shows, for who cannot see it, and brings the other theme along. Names that the library counts up are left out. */
function finished (svg: string, { title, subtitle, description }: Chart, theme: ChartTheme): string {
  const head = `<title>${escaped(title)}</title><desc>${escaped([...subtitle, description].join('\n'))}</desc>${switching(theme)}`
  return svg.replace(/ class="zr\d+-cls-\d+"/g, '').replace(/<style >\s*<!\[CDATA\[[^\]]*\]\]>\s*<\/style>\s*/g, '')
    .replace(/(?<=id="|url\(#)zr\d+-/g, '').replace(/^<svg ([^>]*)>/, (_, attributes: string) => `<svg ${attributes} role="img">${head}`)
}

const shown = ({ series }: Chart): Series[] => series.filter(({ isPrevious }) => !isPrevious)

function legendRowsOf (chart: Chart): number {
  const names = shown(chart).map(({ name }) => name)
  if (names.length < 2) return 0
  const [rows] = names.reduce(([rows, used], name) => {
    const needs = 50 + widthOf(name, '12px')
    return used + needs > width - 40 ? [rows + 1, needs] : [rows, used + needs]
  }, [1, 0] as [number, number])
  return rows
}

function optionOf (chart: Chart, palette: Palette, legendHeight: number): EChartsCoreOption {
  const { title, subtitle, kind, axes, series, isEmpty } = chart
  const above = subtitle.length * subtitleRow
  const values = axes.map((axis, index) => valueAxis(axis, index, kind, palette))
  const places = categoryAxis(chart, palette)
  return {
    animation: false, backgroundColor: palette.background, textStyle: { fontFamily },
    title: [
      {
        text: title, subtext: subtitle.join('\n'), left: 12, top: 8, itemGap: 6, textStyle: { color: palette.text, fontSize: 16, width: width - 40, overflow: 'truncate' },
        subtextStyle: { color: palette.muted, fontSize: 12, lineHeight: subtitleRow, width: width - 40, overflow: 'truncate' }
      },
      ...(isEmpty ? [{ text: nothing, left: 'center', top: 'middle', textStyle: { color: palette.muted, fontSize: 14, fontWeight: 'normal' } }] : [])
    ],
    legend: {
      show: legendHeight > 0, bottom: 8, left: 'center', width: width - 40, selectedMode: false, data: shown(chart).map(({ name }) => name),
      textStyle: { color: palette.text }
    },
    grid: { left: 16, ...(kind === 'lines' ? { right: 20, top: 52 + above } : { right: 72, top: 46 + above }), bottom: legendHeight + 16, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    ...(kind === 'lines' ? { xAxis: places, yAxis: values } : { xAxis: values, yAxis: places }),
    series: series.map(each => kind === 'lines' ? line(each, axes, palette) : bar(each, axes, palette))
  }
}

function valueAxis ({ name, suffix, isWhole }: Axis, index: number, kind: Chart['kind'], { muted, line }: Palette): object {
  const placed = kind === 'lines'
    ? { nameLocation: 'end', nameGap: 14, nameTextStyle: { color: muted, align: ['left', 'right'][index] }, position: ['left', 'right'][index] }
    : { nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: muted }, position: ['bottom', 'top'][index] }
  return {
    ...placed, type: 'value', name, minInterval: isWhole ? 1 : 0, splitLine: { show: index === 0, lineStyle: { color: line } },
    axisLabel: { color: muted, formatter: (value: number) => `${numberText(value)}${suffix}` }, axisLine: { show: false }, axisTick: { show: false }
  }
}

function categoryAxis ({ categories, kind }: Chart, { text, muted, line }: Palette): object {
  const common = { type: 'category', data: categories, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } }
  return kind === 'lines'
    ? { ...common, boundaryGap: categories.length === 1, axisLabel: { color: muted, hideOverlap: true } }
    : { ...common, inverse: true, axisLabel: { color: text } }
}

const scaled = ({ values, axis }: Series, axes: readonly Axis[]): Array<number | null> => values.map(value => value === null ? null : value / axes[axis]!.divisor)

const silent = { silent: true, clip: false, animation: false }
const nameOf = ({ name, isPrevious }: Series): string => isPrevious ? `${name}, previous period` : name

function line (series: Series, axes: readonly Axis[], palette: Palette): object {
  const color = palette.series[series.color % palette.series.length]!
  return {
    ...silent, type: 'line', name: nameOf(series), yAxisIndex: series.axis, data: scaled(series, axes), color,
    symbol: symbols[series.color % symbols.length], symbolSize: 6, showSymbol: !series.isPrevious && series.values.length <= mostMarks, showAllSymbol: true,
    itemStyle: { color }, lineStyle: { color, ...(series.isPrevious ? { width: 1.5, type: 'dashed', opacity: 0.7 } : { width: 2, type: 'solid' }) }
  }
}

function bar (series: Series, axes: readonly Axis[], palette: Palette): object {
  const color = palette.series[series.color % palette.series.length]!
  const data = scaled(series, axes).map((value, index) => ({ value: value ?? 0, label: { formatter: () => series.marks[index]! } }))
  return {
    ...silent, type: 'bar', name: nameOf(series), xAxisIndex: series.axis, data, color, barMaxWidth: 18,
    itemStyle: series.isPrevious ? { color: palette.background, borderColor: color, borderType: 'dashed', borderWidth: 1.5 } : { color },
    label: { show: true, position: 'right', color: palette.text, fontSize: 11 }
  }
}
