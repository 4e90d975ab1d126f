#!/bin/sh
# npm google-drive-mock 1.2.0
#
# Expected: "Mock-Server that simulates being google-drive" (README): a file that is uploaded by uploadType=multipart or
# uploadType=media has the bytes that were sent, and md5Checksum is "the MD5 checksum for the content of the file"
# (Drive API v3, files).
# Behaviour: a multipart upload passes through a UTF-8 string. Each byte that is not UTF-8 becomes the three bytes ef bf
# bd. size and md5Checksum are those of the changed bytes, so that a client that compares them notices nothing. The 8
# bytes with which each PNG begins are returned as 10. A media upload is answered with status 200 and stores nothing. No
# error is reported.
# Workaround: upload only texts, by multipart.
#
# Needs node and the npm registry; the server listens on loopback. (Its package does not list cors, which it needs.)
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.2.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.cjs <<'JS'
const { createHash } = require("node:crypto");
const { startServer } = require("google-drive-mock");

const md5 = (data) => createHash("md5").update(data).digest("hex");
const headers = { Authorization: "Bearer valid-token" };
const server = startServer(0);

async function upload(base, kind, data) {
  const upload = `${base}/upload/drive/v3/files?uploadType=${kind}&fields=id,size,md5Checksum`;
  let [type, body] = ["application/octet-stream", data];
  if (kind === "multipart") {
    type = "multipart/related; boundary=part";
    body = Buffer.concat([
      Buffer.from('--part\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{"name": "a.png"}\r\n'),
      Buffer.from("--part\r\nContent-Type: image/png\r\n\r\n"), data, Buffer.from("\r\n--part--\r\n")]);
  }
  const answer = await fetch(upload, { method: "POST", headers: { ...headers, "Content-Type": type }, body });
  const file = await answer.json();
  const content = await fetch(`${base}/drive/v3/files/${file.id}?alt=media`, { headers });
  const seen = Buffer.from(await content.arrayBuffer());
  console.log(`${kind}, ${data.toString("hex")}: status ${answer.status}`);
  console.log(`  expected ${data.toString("hex")}, ${data.length} bytes, MD5 ${md5(data)}`);
  console.log(`  seen     ${seen.toString("hex")}, ${seen.length} bytes, MD5 ${file.md5Checksum}`);
  return { same: seen.equals(data), agrees: file.md5Checksum === md5(seen), size: seen.length, ok: answer.ok };
}

async function main() {
  const base = `http://127.0.0.1:${server.address().port}`;
  const text = await upload(base, "multipart", Buffer.from("a text"));
  const png = Buffer.from("89504e470d0a1a0a", "hex");
  const multipart = await upload(base, "multipart", png);
  const media = await upload(base, "media", png);
  if (!text.same) throw new Error("a text is changed as well");
  if (!multipart.same && multipart.agrees && multipart.size === 10 && media.ok && media.size === 0) {
    return console.log("behaviour: multipart changes bytes and tells their MD5, media stores nothing");
  }
  console.log("changed: the bytes are kept, or changed otherwise");
  process.exitCode = 1;
}

server.on("listening", () => main().catch((err) => {
  console.log("error:", err.message);
  process.exitCode = 2;
}).finally(() => server.close()));
JS

if ! npm install --no-audit --no-fund "google-drive-mock@$version" cors@2.8.5 >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm google-drive-mock $version, node $(node --version)"
node main.cjs
