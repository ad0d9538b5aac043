// jws (npm), which verifies signatures alone: pinned names the algorithm; lax takes it from the token; by-kid looks the key up,
// too. The application checks the claims.
//
// Not by createVerify: without a key, that stream waits for one for ever, and every unknown kid would be a hang.
import { Unsupported, checkClaims, library, refuse, requireSecret, serve, setup } from './gauntlet-adapter.mjs'

const { module: jws, version } = await library('jws')
const known = /^(HS|RS|PS|ES)(256|384|512)$/

function claimsOf(token, good, trust) {
  if (!good) refuse('invalid signature')
  const { payload } = jws.decode(token)
  return checkClaims(typeof payload === 'string' ? JSON.parse(payload) : payload, trust)
}

const verify = setup({
  pinned: trust => {
    requireSecret(trust)
    return token => claimsOf(token, jws.verify(token, trust.algorithm, trust.key), trust)
  },
  lax: trust => token => claimsOf(token, jws.verify(token, jws.decode(token).header.alg, trust.key), trust),
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    return token => {
      const { alg, kid } = jws.decode(token).header
      return claimsOf(token, jws.verify(token, alg, keys[kid]), trust)
    }
  },
})

serve({
  name: 'jws',
  version,
  configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    return verify({ ...trust, key: trust.secret ?? trust.keyText })
  },
})
