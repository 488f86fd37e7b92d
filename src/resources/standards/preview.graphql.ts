import type { GraphqlModule } from '../../graphql/module.js'
import { query } from '../../graphql/resolving.js'
import { sent } from '../../validate.js'
import { previewStandard } from './preview.service.js'
import { PreviewStandard } from './preview.shapes.js'

export const previewGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "The clocks that a conversation would have under standards that are not kept."
      previewStandard(input: PreviewStandard!): StandardPreview!
    }`,
  resolvers: {
    Query: { previewStandard: query((ctx, { input }) => previewStandard(ctx, sent(PreviewStandard, input))) }
  }
}
