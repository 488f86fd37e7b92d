import { z } from 'zod'
import { codes, type Code } from '../errors.js'
import { choice, shape } from '../shapes.js'

const ErrorCode = choice('ErrorCode', 'Why something was refused; few and stable.', Object.keys(codes) as [Code, ...Code[]])

const FieldErrorShape = shape('FieldError', 'One bad field.', {
  path: z.string().describe('Where it is, dotted from the root of the input; list positions are numbers.').meta({ examples: ['name'] }),
  message: z.string().describe('What is wrong with it.').meta({ examples: ['is required'] })
})

export const ProblemShape = shape('Problem', 'A refusal, as RFC 9457 describes it.', {
  type: z.url().describe('Names the kind of problem.').meta({ examples: ['https://supportops.dev/problems/invalid'] }),
  title: z.string().describe('The kind of problem, in words.').meta({ examples: ['Invalid input'] }),
  status: z.int().describe('The HTTP status.').meta({ examples: [422] }),
  detail: z.string().describe('What happened, and what to do.').meta({ examples: ['name: is required'] }),
  code: ErrorCode.describe('The kind of problem, for programs.').meta({ examples: ['invalid'] }),
  requestId: z.uuid().describe('The id under which the server\'s log has it; also in X-Request-Id.'),
  errors: z.array(FieldErrorShape).optional().describe('Each bad field.')
})
