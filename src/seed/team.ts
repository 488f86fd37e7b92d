import type { Role } from '../scopes.js'
import { randomOf } from './random.js'

/** A small shop's support team and whom it serves; every name is made up. */

export const agents: Array<{ key: string, name: string, role: Role, level: string, skills: string[], languages: string[], capacity: number, timeZone: string }> = [
  { key: 'nora', name: 'Nora Lindqvist', role: 'admin', level: 'senior support engineer', skills: ['payments', 'integrations', 'escalations'], languages: ['en', 'sv'], capacity: 12, timeZone: 'Europe/Stockholm' },
  { key: 'tomas', name: 'Tomás Rivera', role: 'lead', level: 'senior support specialist', skills: ['returns', 'refunds', 'escalations'], languages: ['en', 'es'], capacity: 20, timeZone: 'Europe/Madrid' },
  { key: 'aisha', name: 'Aisha Bello', role: 'agent', level: 'support specialist 2', skills: ['returns', 'refunds'], languages: ['en', 'fr'], capacity: 25, timeZone: 'Europe/London' },
  { key: 'jonas', name: 'Jonas Weber', role: 'agent', level: 'support specialist 2', skills: ['orders', 'shipping'], languages: ['en', 'de'], capacity: 25, timeZone: 'Europe/Vienna' },
  { key: 'mei', name: 'Mei Tanaka', role: 'agent', level: 'support specialist 1', skills: ['promotions', 'accounts'], languages: ['en', 'ja'], capacity: 25, timeZone: 'Europe/London' },
  { key: 'sam', name: 'Sam Okafor', role: 'agent', level: 'support specialist 1', skills: ['orders', 'promotions'], languages: ['en'], capacity: 25, timeZone: 'Europe/London' }
]

export const teams = [
  { key: 'orders', name: 'Orders and returns', description: 'Everything that was bought: returns, refunds, deliveries.', members: ['tomas', 'aisha', 'jonas', 'sam'] },
  { key: 'store', name: 'Store and accounts', description: 'Promotions, prices, accounts and questions before buying.', members: ['nora', 'mei', 'sam'] }
] as const
export type TeamKey = (typeof teams)[number]['key']

export const channels = [
  { key: 'email', kind: 'email', name: 'E-mail', state: 'active', address: 'help@ocean-outfitters.example', expectation: 'An answer within four working hours.' },
  { key: 'chat', kind: 'chat', name: 'Chat', state: 'active', address: 'https://ocean-outfitters.example/chat', expectation: 'An answer within a few minutes, on weekdays from 8 to 18.' },
  { key: 'form', kind: 'form', name: 'Contact form', state: 'active', address: 'https://ocean-outfitters.example/contact', expectation: 'An answer within one working day.' },
  { key: 'whatsapp', kind: 'whatsapp', name: 'WhatsApp', state: 'planned', address: '+44 20 7946 0200', expectation: 'An answer within an hour, from next spring.' },
  { key: 'forum', kind: 'forum', name: 'Old forum', state: 'retired', address: 'https://forum.ocean-outfitters.example', expectation: 'Nothing any more; it is read-only.' }
] as const
export type ChannelKey = (typeof channels)[number]['key']

export const tags: Array<{ key: string, name: string, parent: string | null, color: string, description: string }> = [
  { key: 'product_defect', name: 'product', parent: null, color: '#b5533c', description: 'Something about a product that was bought.' },
  { key: 'return_size', name: 'return: wrong size', parent: 'product_defect', color: '#c97b63', description: 'It does not fit and shall go back.' },
  { key: 'refund_status', name: 'refund: where is it', parent: 'product_defect', color: '#c97b63', description: 'A refund was promised, and is asked about.' },
  { key: 'storewide_query', name: 'store', parent: null, color: '#3c6eb5', description: 'A question about the store itself.' },
  { key: 'timing_4', name: 'promo code: expiry', parent: 'storewide_query', color: '#6f93c9', description: 'How long a promotion code is good for.' },
  { key: 'policy', name: 'policy', parent: null, color: '#6d6d6d', description: 'Our rules decided it.' },
  { key: 'exception', name: 'policy: exception', parent: 'policy', color: '#9a9a9a', description: 'We made an exception; a lead agreed.' },
  { key: 'refused', name: 'policy: refused', parent: 'policy', color: '#9a9a9a', description: 'We had to say no.' },
  { key: 'mood', name: 'mood', parent: null, color: '#8a4fb5', description: 'How the customer sounds.' },
  { key: 'delighted', name: 'mood: delighted', parent: 'mood', color: '#ab83c9', description: 'They said so.' },
  { key: 'upset', name: 'mood: upset', parent: 'mood', color: '#ab83c9', description: 'Take time, and call if they like.' },
  { key: 'follow_up', name: 'follow up', parent: null, color: '#2f7d4f', description: 'Somebody promised to come back to it.' }
]

export const companies = [
  { key: 'harbour', name: 'Harbour Hotels', tier: 'gold', domain: 'harbour-hotels.example' },
  { key: 'brightside', name: 'Brightside Schools', tier: 'gold', domain: 'brightside.example' },
  { key: 'millstone', name: 'Millstone Bakery', tier: 'silver', domain: 'millstone.example' },
  { key: 'northgate', name: 'Northgate Clinics', tier: 'silver', domain: 'northgate.example' },
  { key: 'pinewood', name: 'Pinewood Cycling Club', tier: 'silver', domain: 'pinewood.example' },
  { key: 'quill', name: 'Quill and Sons', tier: 'bronze', domain: 'quill.example' },
  { key: 'tern', name: 'Tern Sailing', tier: 'bronze', domain: 'tern.example' },
  { key: 'verdant', name: 'Verdant Gardens', tier: 'bronze', domain: 'verdant.example' }
]

export interface Person {
  key: string
  first: string
  last: string
  email: string
  phone: string
  company: string | null
  level: 'bronze' | 'silver' | 'gold'
  language: string
}

const firsts = ['Ada', 'Bruno', 'Carla', 'Dimitri', 'Elena', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jack', 'Katya', 'Liam', 'Mira', 'Nikhil', 'Olga', 'Pablo', 'Quinn', 'Rosa', 'Stefan', 'Tara']
const lasts = ['Abbott', 'Bianchi', 'Castro', 'Dubois', 'Eriksen', 'Fischer', 'Green', 'Horvat', 'Ito', 'Jansen', 'Kowalski', 'Lopez', 'Meyer', 'Novak', 'Osei', 'Petrov', 'Reid', 'Silva', 'Turner', 'Vega']

/** Forty people, most of them on their own, the others writing from a company. */
export function people (seed: number): Person[] {
  const random = randomOf(seed ^ 0x9e3779b9)
  return Array.from({ length: 40 }, (_, n) => {
    const [first, last] = [firsts[n % firsts.length]!, lasts[(n * 7 + Math.floor(n / 20)) % lasts.length]!]
    const company = random.chance(0.4) ? random.pick(companies) : null
    const name = `${first}.${last}`.toLowerCase()
    return {
      key: `customer-${n + 1}`,
      first,
      last,
      email: company ? `${name}@${company.domain}` : `${name}${random.between(10, 99)}@mail.example`,
      phone: `+44 20 7946 ${String(1000 + n).slice(-4)}`,
      company: company?.key ?? null,
      level: random.pick(['bronze', 'bronze', 'silver', 'gold'] as const),
      language: random.pick(['en', 'en', 'en', 'en', 'de', 'fr'])
    }
  })
}
