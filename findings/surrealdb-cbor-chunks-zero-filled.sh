#!/bin/sh
# npm @surrealdb/cbor 2.0.0-alpha.4
#
# Expected: decode returns the text streaming for 7f657374726561646d696e67ff, and five bytes for 5f42010243030405ff: a
# string of indefinite length is its chunks, one after the other (RFC 8949 section 3.2.3 and appendix A).
# Behaviour: the result is filled up with zero bytes to 256, 512, 1024 ... bytes: the text streaming is followed by NUL
# characters and is not equal to "streaming". No error is reported. Strings with a length are correct.
# Workaround: use another decoder, such as cborg or cbor2, or cut the zero bytes where they cannot be data.
#
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=2.0.0-alpha.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
async function main() {
  const { decode } = await import("@surrealdb/cbor");
  const read = (hex) => decode(Uint8Array.from(Buffer.from(hex, "hex")));
  const plain = read("6973747265616d696e67");
  const text = read("7f657374726561646d696e67ff");
  const bytes = new Uint8Array(read("5f42010243030405ff"));
  console.log(`a text with its length:     expected and seen ${JSON.stringify(plain)}`);
  console.log(`a text in two chunks:       expected "streaming", seen ${text.length} characters, the last is`,
    JSON.stringify(text.at(-1)));
  console.log(`five bytes in two chunks:   expected 5 bytes, seen ${bytes.length}: ${bytes.subarray(0, 8)},...`);
  if (plain !== "streaming") throw new Error("a text with its length is wrong too");
  if (text === "streaming" && bytes.length === 5) {
    console.log("changed");
    process.exitCode = 1;
    return;
  }
  if (!text.startsWith("streaming\0")) throw new Error("the text is another one");
  console.log("behaviour: zero bytes follow the string");
}

main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
});
JS

if ! npm install --no-audit --no-fund --ignore-scripts "@surrealdb/cbor@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @surrealdb/cbor $version, node $(node --version)"
node main.cjs
