#!/bin/sh
# npm @trustnxt/c2pa-ts 0.9.4
#
# Expected: c2pa-ts signs a manifest (README: "Creating manifests", done) with a COSE signature, as C2PA requires. For
# ES256 that is the two integers r and s, 32 bytes each, concatenated (RFC 9053, 2.1).
# Behaviour: with ES256, LocalSigner writes the signature as ASN.1 DER, as in X.509. The library's own validation
# accepts both forms and reports the file as valid. c2pa-rs, the implementation of the Content Authenticity Initiative,
# reports it as Invalid: "EC signature should be in P1363 r|s format". With PS256 the two agree. Signing reports no
# error.
# Workaround: use PS256, or your own Signer that returns r and s.
#
# Needs node and the npm registry; c2pa-rs comes as npm @contentauth/c2pa-wasm 0.13.3. The script makes the keys, the
# certificates and the picture. Trust is not checked.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=0.9.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import "reflect-metadata";
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import * as x509 from "@peculiar/x509";
import { PNG } from "@trustnxt/c2pa-ts/asset";
import { CoseAlgorithmIdentifier, LocalSigner } from "@trustnxt/c2pa-ts/cose";
import { SuperBox } from "@trustnxt/c2pa-ts/jumbf";
import { ActionAssertion, ClaimVersion, DataHashAssertion, ManifestStore } from "@trustnxt/c2pa-ts/manifest";
import initialize, { WasmReader } from "@contentauth/c2pa-wasm";

// picture makes a grey PNG of 16 x 16 pixels.
function picture() {
  const table = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    const sum = body.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff);
    out.writeUInt32BE((sum ^ 0xffffffff) >>> 0, out.length - 4);
    return out;
  };
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", Buffer.from("00000010000000100800000000", "hex")),
    chunk("IDAT", deflateSync(Buffer.alloc(16 * 17))), chunk("IEND", Buffer.alloc(0))]);
}

// signer makes a key and a certificate that a root signs.
async function signer(algorithm, identifier) {
  const keys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [rootKeys, leafKeys] = [await keys(), await keys()];
  const dates = { notBefore: new Date(Date.now() - 3600e3), notAfter: new Date(Date.now() + 86400e3) };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Root,O=Test", keys: rootKeys, signingAlgorithm: algorithm, ...dates,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey)],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    subject: "CN=Signer,O=Test", issuer: root.subject, publicKey: leafKeys.publicKey, signingKey: rootKeys.privateKey,
    signingAlgorithm: algorithm, ...dates,
    extensions: [new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.4"]),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey)],
  });
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", leafKeys.privateKey));
  return new LocalSigner(key, identifier, leaf, [root]);
}

async function signed(by) {
  const asset = new PNG(new Uint8Array(picture()));
  const store = new ManifestStore();
  const manifest = store.createManifest({ claimVersion: ClaimVersion.V2, assetFormat: "image/png",
    instanceID: "xmp:iid:1", defaultHashAlgorithm: "SHA-256", signer: by });
  const hash = DataHashAssertion.create("SHA-256");
  manifest.addAssertion(hash);
  const actions = new ActionAssertion();
  actions.actions.push({ action: "c2pa.created",
    digitalSourceType: "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation" });
  manifest.addAssertion(actions);
  await asset.ensureManifestSpace(store.measureSize());
  await hash.updateWithAsset(asset);
  await manifest.sign(by);
  await asset.writeManifestJUMBF(store.getBytes());
  return asset.getDataRange();
}

async function main() {
  await initialize({ module_or_path: readFileSync("node_modules/@contentauth/c2pa-wasm/pkg/c2pa_bg.wasm") });
  const settings = JSON.stringify({ settings: { verify: { verify_trust: false } } });
  const states = {};
  for (const [name, algorithm] of Object.entries({
    PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32, modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]) },
    ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
  })) {
    const file = await signed(await signer(algorithm, CoseAlgorithmIdentifier[name]));
    const store = ManifestStore.read(SuperBox.fromBuffer(new PNG(file).getManifestJUMBF()));
    const own = await store.validate(new PNG(file));
    const signature = store.getActiveManifest().signature.signatureData.signature;
    const report = JSON.parse((await WasmReader.fromBytes("image/png", file, settings)).json());
    const failures = report.validation_results?.activeManifest?.failure ?? [];
    states[name] = report.validation_state;
    console.log(`${name}: the signature has ${signature.length} bytes and begins with 0x${signature[0].toString(16)}`);
    console.log(`  c2pa-ts: ${own.isValid ? "valid" : "not valid"}\n  c2pa-rs: expected Valid, seen ${states[name]}`);
    for (const failure of failures) console.log(`           ${failure.code}: ${failure.explanation}`);
    states[name] += own.isValid;
  }
  if (states.PS256 !== "Validtrue") throw new Error("PS256 is not valid either");
  if (states.ES256 === "Invalidtrue") return console.log("behaviour: an ES256 signature is written as DER");
  console.log("changed: c2pa-rs calls it", states.ES256);
  process.exitCode = 1;
}

main().catch((err) => {
  console.log("error:", err.message ?? err);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@trustnxt/c2pa-ts@$version" @contentauth/c2pa-wasm@0.13.3 \
	@peculiar/x509@1.14.3 reflect-metadata@0.2.2 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @trustnxt/c2pa-ts $version, node $(node --version)"
node main.mjs
