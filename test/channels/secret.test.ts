import t from 'tap'
import { hashSecret, hookSecretOf, verifyHookSecret } from '../../src/resources/channels/inbound/secret.js'

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

t.test('only the secret behind the hash passes', async t => {
  const expected = hashSecret('s3cret-ü')
  t.equal(hashSecret('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'SHA-256 (FIPS 180-2, B.1)')
  t.equal(verifyHookSecret(expected, 's3cret-ü'), true)
  for (const given of [null, '', 's3cret-', 's3cret-üx', 'S3cret-ü', expected]) t.equal(verifyHookSecret(expected,
    given), false, String(given))
  t.equal(verifyHookSecret(hashSecret(''), ''), false, 'an empty secret is none')
  t.equal(verifyHookSecret('', 's3cret-ü'), false)
  t.equal(verifyHookSecret('zz', 's3cret-ü'), false)
})

t.test('where a provider may put it', async t => {
  t.equal(hookSecretOf({ authorization: basic('hook:p:w') }), 'p:w', 'a password may have colons')
  t.equal(hookSecretOf({ authorization: basic(':pässword') }), 'pässword')
  t.equal(hookSecretOf({ webhookSecret: 'h' }), 'h')
  t.equal(hookSecretOf({ querySecret: 'q' }), 'q')
  t.equal(hookSecretOf({ authorization: basic('a:b'), webhookSecret: 'h', querySecret: 'q' }), 'b', 'the first decides')
  t.equal(hookSecretOf({ webhookSecret: '', querySecret: 'q' }), '', 'also when it is empty')
  t.equal(hookSecretOf({ authorization: 'Bearer x', querySecret: 'q' }), 'q')
  for (const authorization of ['Basic', 'Basic !!!', basic('nocolon'),
    ['Basic YTpi']]) t.equal(hookSecretOf({ authorization }), null)
  t.equal(hookSecretOf({ querySecret: ['a', 'b'] }), null, 'a repeated query parameter is no secret')
  t.equal(hookSecretOf({}), null)
})
