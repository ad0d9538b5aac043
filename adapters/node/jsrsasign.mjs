// jsrsasign (npm): pinned through verifyJWT's acceptField; lax takes the algorithm from the token; by-kid looks the key up.
import { Unsupported, library, refuse, serve, setup } from './gauntlet-adapter.mjs'

const { module: rsa, version } = await library('jsrsasign')
const { KEYUTIL, KJUR } = rsa
const known = /^((HS|RS|PS)(256|384|512)|ES(256|384|512))$/

function claimsOf(token, key, algorithm, { issuer, audience }) {
  const field = { alg: [algorithm], ...(issuer && { iss: [issuer] }), ...(audience && { aud: [audience] }) }
  if (!KJUR.jws.JWS.verifyJWT(token, key, field)) refuse('refused')
  return KJUR.jws.JWS.parse(token).payloadObj
}
const header = token => KJUR.jws.JWS.parse(token).headerObj

const verify = setup({
  pinned: trust => token => claimsOf(token, trust.key, trust.algorithm, trust),
  lax: trust => token => claimsOf(token, trust.key, header(token).alg, trust),
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    return token => claimsOf(token, keys[header(token).kid], header(token).alg, trust)
  },
})

serve({
  name: 'jsrsasign',
  version,
  configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    // A secret is given in hex; a key text goes through the library's own reader, as its examples do.
    const key = trust.secret ? { hex: trust.secret.toString('hex') } : KEYUTIL.getKey(trust.keyText)
    return verify({ ...trust, key })
  },
})
