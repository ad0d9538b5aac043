// node-jose (npm): pinned to the configured algorithm; lax with the key alone; by-kid with a key store, as its README shows.
// The application checks the claims.
import { Unsupported, checkClaims, library, serve, setup } from './gauntlet-adapter.mjs'

const { module: jose, version } = await library('node-jose')
const known = /^(HS|RS|PS|ES)(256|384|512)$/

const read = async (verifier, token, trust) => checkClaims(JSON.parse((await verifier.verify(token)).payload), trust)

const verify = setup({
  pinned: trust => token => read(jose.JWS.createVerify(trust.key, { algorithms: [trust.algorithm] }), token, trust),
  lax: trust => token => read(jose.JWS.createVerify(trust.key), token, trust),
  'by-kid': trust => token => read(jose.JWS.createVerify(trust.store), token, trust),
})

serve({
  name: 'node-jose',
  version,
  async configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    const store = jose.JWK.createKeyStore()
    const props = { kid: trust.kid }
    const text = trust.keyText
    const key = trust.secret ? await store.add({ kty: 'oct', k: trust.secret.toString('base64url'), ...props })
      : await store.add(text, text.trimStart().startsWith('{') ? 'json' : 'pem', props)
    return verify({ ...trust, key, store })
  },
})
