export interface Element { name: string, attributes: Record<string, string>, children: Element[], text: string }

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' }
const unescaped = (text: string): string => text.replace(/&(\w+|#\d+);/g, (_, name: string) => {
  if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
  if (!entities[name]) throw new Error(`&${name}; is no entity`)
  return entities[name]
})

/** Reads a document of elements, attributes and text, as strictly as XML is; throws at the first mistake. */
export function parseXml (text: string): Element {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error('a character that XML cannot have')
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const token = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<>]+)/gy
  let at = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    at = token.lastIndex
    const [, closes, name, given, isEmpty, plain] = match
    const parent = open.at(-1)!
    if (plain !== undefined) parent.text += unescaped(checked(plain))
    else if (closes) { if (open.pop()!.name !== name) throw new Error(`</${name}> closes ${parent.name}`) } else {
      const attributes: Record<string, string> = {}
      for (const [, key = '', value = ''] of given!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        if (key in attributes) throw new Error(`${key} twice in ${name}`)
        attributes[key] = unescaped(checked(value))
      }
      const element = { name: name!, attributes, children: [], text: '' }
      parent.children.push(element)
      if (!isEmpty) open.push(element)
    }
  }
  if (at !== text.length) throw new Error(`no XML at ${text.slice(at, at + 60)}`)
  if (open.length !== 1 || root.children.length !== 1) throw new Error(`${open.length - 1} open elements, ${root.children.length} roots`)
  return root.children[0]!
}

function checked (text: string): string {
  if (/&(?!\w+;|#\d+;)/.test(text)) throw new Error(`an ampersand alone in ${text}`)
  return text
}

export const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)]
