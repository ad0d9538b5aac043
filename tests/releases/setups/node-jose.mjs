// A keystore with the issuer's key, and JWS.createVerify(keystore).verify(token).
import { checked, json, release, serve } from './shared.mjs'

const { library: jose, name, version } = release('node-jose')

serve({
  name,
  version,
  configure: async trust => {
    const keystore = jose.JWK.createKeyStore()
    if (trust.text == null) await keystore.add(trust.jwk)
    else await keystore.add(trust.text, 'pem')
    return async token => {
      const result = await jose.JWS.createVerify(keystore).verify(token)
      return checked(json(result.payload), trust)
    }
  },
})
