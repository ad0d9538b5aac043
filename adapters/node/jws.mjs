// jws (npm), which verifies signatures alone: pinned names the algorithm; lax takes it from the token; by-kid looks the key up with
// createVerify, the stream interface. The application checks the claims.
import { Unsupported, checkClaims, library, serve, setup } from './gauntlet-adapter.mjs'

const { module: jws, version } = await library('jws')
const known = /^(HS|RS|PS|ES)(256|384|512)$/

function claimsOf(token, good, trust) {
  if (!good) throw new Error('invalid signature')
  const { payload } = jws.decode(token)
  return checkClaims(typeof payload === 'string' ? JSON.parse(payload) : payload, trust)
}

const verify = setup({
  pinned: trust => token => claimsOf(token, jws.verify(token, trust.algorithm, trust.key), trust),
  lax: trust => token => claimsOf(token, jws.verify(token, jws.decode(token).header.alg, trust.key), trust),
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    return token => new Promise((resolve, reject) => {
      const { header } = jws.decode(token)
      jws.createVerify({ algorithm: header.alg, signature: token, publicKey: keys[header.kid], secret: keys[header.kid] })
        .on('error', reject)
        .on('done', good => { try { resolve(claimsOf(token, good, trust)) } catch (error) { reject(error) } })
    })
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
